import Foundation

/// How a detection head encodes a box relative to an anchor point.
package enum BoxEncoding: String, Hashable, Sendable {
  /// Center offset and log size in units of the stride (Ge et al. 2021, "YOLOX", section 2.1, with
  /// offsets relative to the center of the grid cell).
  ///
  /// For the anchor point in column x and row y of the output of stride s: center `((x + 0.5 + p0)
  /// s, (y + 0.5 + p1) s)`, width `exp(min(p2, 8)) s`, height `exp(min(p3, 8)) s`, in input pixels.
  case yolox

  /// The upper limit of p2 and p3; exp(8) strides exceed any image.
  package static let maximumLogSize: Float = 8

  /// Regression outputs per anchor point.
  package var count: Int { 4 }

  /// Decodes `p`, the encoded box at the anchor point in column `x` and row `y`, to its corners x1,
  /// y1, x2, y2 in input pixels.
  @inline(__always)
  package func corners(
    _ p: UnsafePointer<Float>, x: Int, y: Int, stride: Double
  ) -> SIMD4<Double> {
    let centerX = (Double(x) + 0.5 + Double(p[0])) * stride
    let centerY = (Double(y) + 0.5 + Double(p[1])) * stride
    let width = exp(Double(min(p[2], Self.maximumLogSize))) * stride
    let height = exp(Double(min(p[3], Self.maximumLogSize))) * stride
    return SIMD4(
      centerX - width / 2, centerY - height / 2, centerX + width / 2, centerY + height / 2)
  }
}
