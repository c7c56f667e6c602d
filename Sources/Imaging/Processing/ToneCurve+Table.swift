import Foundation

extension ToneCurve {
  /// What becomes of the samples 0...255, rounded to the nearest.
  var table: [UInt8] {
    (0..<256).map { sample in
      let bent = pow(Double(sample) / 255, Double(gamma))
      let value = (bent - 0.5) * Double(contrast) + 0.5 + Double(brightness)
      return UInt8((min(max(value, 0), 1) * 255).rounded())
    }
  }
}
