import Foundation
import Imaging

/// The four numbers that stand for a box at one cell of a head's output.
///
/// For the cell in column x and row y of the output with stride s: center `((x + 0.5 + p0) s,
/// (y + 0.5 + p1) s)`, width `exp(min(p2, 8)) s`, height `exp(min(p3, 8)) s`, in input pixels (Ge et
/// al. 2021, "YOLOX", section 2.1, with centers counted from the cell's middle).
package struct BoxEncoding: Sendable {
  /// Above it, sizes no longer grow: exp(8) strides are more than any image.
  package static let largestLogSize: Float = 8

  /// The corners in input pixels.
  package let box: Box

  /// Reads the code of the cell in column `x` and row `y`.
  @inline(__always)
  package init(_ p: UnsafePointer<Float>, x: Int, y: Int, stride: Double) {
    let centerX = (Double(x) + 0.5 + Double(p[0])) * stride
    let centerY = (Double(y) + 0.5 + Double(p[1])) * stride
    let width = exp(Double(min(p[2], Self.largestLogSize))) * stride
    let height = exp(Double(min(p[3], Self.largestLogSize))) * stride
    box = Box(
      x1: centerX - width / 2, y1: centerY - height / 2,
      x2: centerX + width / 2, y2: centerY + height / 2)
  }
}
