import CGlimpseKernels

/// All that happens to an image's colors, in one pass: hue, saturation and value, then the curve,
/// then to gray.
package struct ColorChange: Hashable, Sendable {
  /// The change of hue, saturation and value.
  package var jitter: ColorJitter
  /// What becomes of each sample.
  package var curve: ToneCurve
  /// Whether only the luma (BT.601) is left, in all three channels.
  package var isGray: Bool

  /// Makes a change; with its defaults it changes nothing.
  package init(jitter: ColorJitter = .none, curve: ToneCurve = .identity, isGray: Bool = false) {
    self.jitter = jitter
    self.curve = curve
    self.isGray = isGray
  }

  /// Changes nothing.
  package static let none = ColorChange()

  /// Calls `body` with the change in the kernels' form; with nil where nothing changes.
  func withKernelColor<Result>(_ body: (UnsafePointer<gk_image_color>?) -> Result) -> Result {
    if self == .none { return body(nil) }
    var color = gk_image_color()
    color.has_jitter = jitter == .none ? 0 : 1
    color.hue_shift = jitter.hueShift
    color.saturation_gain = jitter.saturationGain
    color.value_gain = jitter.valueGain
    color.is_gray = isGray ? 1 : 0
    if curve != .identity {
      color.has_curve = 1
      withUnsafeMutableBytes(of: &color.curve) { $0.copyBytes(from: curve.table) }
    }
    return withUnsafePointer(to: color) { body($0) }
  }
}

/// A change of brightness, contrast and gamma, the same for all channels.
///
/// A sample s, 0...1, becomes `(s ^ gamma - 1/2) * contrast + 1/2 + brightness`, cut to 0...1.
package struct ToneCurve: Hashable, Sendable {
  /// What is added, -1...1.
  package var brightness: Float
  /// The factor of the distance to middle gray.
  package var contrast: Float
  /// The exponent, above 0: below 1 lights up dark parts.
  package var gamma: Float

  /// Makes a curve; with its defaults it changes nothing.
  package init(brightness: Float = 0, contrast: Float = 1, gamma: Float = 1) {
    precondition(gamma > 0, "a gamma is above 0, not \(gamma)")
    self.brightness = brightness
    self.contrast = contrast
    self.gamma = gamma
  }

  /// Changes nothing.
  package static let identity = ToneCurve()
}
