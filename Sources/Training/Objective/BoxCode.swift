import Foundation
import Imaging

/// The four numbers that stand for a box at one cell of a head's output.
///
/// For the cell in column x and row y of the output with stride s: center `((x + 0.5 + p0) s,
/// (y + 0.5 + p1) s)`, width `exp(min(p2, 8)) s`, height `exp(min(p3, 8)) s`, in input pixels.
struct BoxCode {
  /// Above it, sizes no longer grow: exp(8) strides are more than any picture.
  static let largestLogSize: Float = 8

  /// The corners in input pixels.
  let box: Box
  private let stride: Double
  private let width: Double
  private let height: Double

  @inline(__always)
  init(_ p: UnsafePointer<Float>, x: Int, y: Int, stride: Double) {
    let centerX = (Double(x) + 0.5 + Double(p[0])) * stride
    let centerY = (Double(y) + 0.5 + Double(p[1])) * stride
    let width = exp(Double(min(p[2], Self.largestLogSize))) * stride
    let height = exp(Double(min(p[3], Self.largestLogSize))) * stride
    box = Box(
      x1: centerX - width / 2, y1: centerY - height / 2,
      x2: centerX + width / 2, y2: centerY + height / 2)
    self.stride = stride
    self.width = p[2] < Self.largestLogSize ? width : 0
    self.height = p[3] < Self.largestLogSize ? height : 0
  }

  /// The slope by p0...p3 from the slope by the corners.
  func gradient(byCorners corners: CornerGradient) -> SIMD4<Double> {
    SIMD4<Double>(
      (corners.x + corners.z) * stride,
      (corners.y + corners.w) * stride,
      (corners.z - corners.x) * width / 2,
      (corners.w - corners.y) * height / 2)
  }
}
