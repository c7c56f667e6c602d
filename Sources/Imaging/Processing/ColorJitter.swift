/// A change of an image's colors in hue, saturation and value.
public struct ColorJitter: Hashable, Sendable {
  /// How far the hue turns around the color circle, in full turns (0.5 makes red cyan).
  public var hueShift: Float
  /// The factor of the saturation; results are cut at full saturation.
  public var saturationGain: Float
  /// The factor of the value, the largest of the three channels; results are cut at 255.
  public var valueGain: Float

  /// Makes a change of colors; with its defaults it changes none.
  public init(hueShift: Float = 0, saturationGain: Float = 1, valueGain: Float = 1) {
    self.hueShift = hueShift
    self.saturationGain = saturationGain
    self.valueGain = valueGain
  }

  /// Changes nothing.
  public static let none = ColorJitter()
}
