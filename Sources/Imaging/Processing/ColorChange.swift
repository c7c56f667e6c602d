import CGlimpseKernels
import Foundation

/// A change of an image's colors in one pass: hue, saturation and value, then the tone curve, then
/// conversion to gray.
package struct ColorChange: Hashable, Sendable {
  package var jitter: ColorJitter
  /// The tone curve, applied to each sample.
  package var curve: ToneCurve
  /// Whether the result is gray: the BT.601 luma in all three channels.
  package var isGray: Bool

  package init(jitter: ColorJitter = .none, curve: ToneCurve = .identity, isGray: Bool = false) {
    self.jitter = jitter
    self.curve = curve
    self.isGray = isGray
  }

  package static let none = ColorChange()

  /// Calls `body` with the change in the kernels' representation; with nil if nothing changes.
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

/// A change of hue, saturation and value.
package struct ColorJitter: Hashable, Sendable {
  /// In full turns of the color circle (0.5 makes red cyan).
  package var hueShift: Float
  /// The factor of the saturation; the result is clipped at full saturation.
  package var saturationGain: Float
  /// The factor of the value, the largest of the three channels; the result is clipped at 255.
  package var valueGain: Float

  package init(hueShift: Float = 0, saturationGain: Float = 1, valueGain: Float = 1) {
    self.hueShift = hueShift
    self.saturationGain = saturationGain
    self.valueGain = valueGain
  }

  package static let none = ColorJitter()
}

/// A change of brightness, contrast and gamma, the same for all channels.
///
/// A sample s, 0...1, becomes `(s ^ gamma - 1/2) * contrast + 1/2 + brightness`, clipped to 0...1.
package struct ToneCurve: Hashable, Sendable {
  /// -1...1.
  package var brightness: Float
  package var contrast: Float
  /// Above 0; below 1 brightens dark parts.
  package var gamma: Float

  package init(brightness: Float = 0, contrast: Float = 1, gamma: Float = 1) {
    precondition(gamma > 0, "a gamma is above 0, not \(gamma)")
    self.brightness = brightness
    self.contrast = contrast
    self.gamma = gamma
  }

  package static let identity = ToneCurve()

  /// The results for the samples 0...255, rounded to the nearest.
  var table: [UInt8] {
    (0..<256).map { sample in
      let powered = pow(Double(sample) / 255, Double(gamma))
      let value = (powered - 0.5) * Double(contrast) + 0.5 + Double(brightness)
      return UInt8((min(max(value, 0), 1) * 255).rounded())
    }
  }
}
