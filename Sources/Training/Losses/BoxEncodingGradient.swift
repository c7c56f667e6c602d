import Foundation
import Networks

extension BoxEncoding {
  /// The gradient by the encoded box `p` from the gradient by its corners.
  ///
  /// The center moves both corners by a stride, the logarithm of a size each by half that size; a
  /// size that is cut off no longer moves.
  func gradient(
    byCorners corners: CornerGradient, at p: UnsafePointer<Float>, stride: Double
  ) -> SIMD4<Double> {
    let width = p[2] < Self.maximumLogSize ? exp(Double(p[2])) * stride : 0
    let height = p[3] < Self.maximumLogSize ? exp(Double(p[3])) * stride : 0
    return SIMD4<Double>(
      (corners.x + corners.z) * stride,
      (corners.y + corners.w) * stride,
      (corners.z - corners.x) * width / 2,
      (corners.w - corners.y) * height / 2)
  }
}
