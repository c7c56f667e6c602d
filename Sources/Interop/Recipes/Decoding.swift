import Foundation
import Networks

extension RecipeFamily {
  /// The corners of a box.
  static func box(
    centerX: Double, centerY: Double, width: Double, height: Double
  ) -> SIMD4<Double> {
    SIMD4(
      centerX - width / 2, centerY - height / 2, centerX + width / 2, centerY + height / 2)
  }

  static func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }

  /// The class of networks that find faces only.
  static let faces = ["face"]
}

extension ImportedInput {
  /// ImageNet's statistics of samples of 0...255, red first.
  static let imageNetMean: [Float] = [0.485 * 255, 0.456 * 255, 0.406 * 255]
  static let imageNetDeviation: [Float] = [0.229 * 255, 0.224 * 255, 0.225 * 255]
}
