/// A change of an image's colors in hue, saturation and value.
package struct ColorJitter: Hashable, Sendable {
  /// How far the hue turns around the color circle, in full turns (0.5 makes red cyan).
  package var hueShift: Float
  /// The factor of the saturation; results are cut at full saturation.
  package var saturationGain: Float
  /// The factor of the value, the largest of the three channels; results are cut at 255.
  package var valueGain: Float

  /// Makes a change of colors; with its defaults it changes none.
  package init(hueShift: Float = 0, saturationGain: Float = 1, valueGain: Float = 1) {
    self.hueShift = hueShift
    self.saturationGain = saturationGain
    self.valueGain = valueGain
  }

  /// Changes nothing.
  package static let none = ColorJitter()
}
