import Imaging

/// A derivative by a box's corners, in the order x1, y1, x2, y2, per pixel.
package typealias CornerGradient = SIMD4<Double>

/// The IoU of two boxes and its gradient with respect to the predicted corners.
///
/// Corners in pixels. At a kink (equal edges, boxes that just touch, a box of no extent) the
/// derivative is the mean of those on both sides, as in PyTorch's `maximum` and `minimum`.
struct IoUGradient {
  /// Added to unions, heights and diagonals against division by zero, as in YOLOv8.
  static let epsilon = 1e-7

  let predicted: Box
  let groundTruth: Box
  /// The area of the intersection in square pixels.
  let intersection: Double
  /// The area of the union, plus epsilon, in square pixels.
  let union: Double
  private let sharedWidth: Double
  private let sharedHeight: Double

  @inline(__always)
  init(predicted: Box, groundTruth: Box) {
    self.predicted = predicted
    self.groundTruth = groundTruth
    sharedWidth = min(predicted.x2, groundTruth.x2) - max(predicted.x1, groundTruth.x1)
    sharedHeight = min(predicted.y2, groundTruth.y2) - max(predicted.y1, groundTruth.y1)
    intersection = max(0, sharedWidth) * max(0, sharedHeight)
    union = predicted.area + groundTruth.area - intersection + Self.epsilon
  }

  /// The slopes of the predicted width and height by x2 and y2: 1 but for boxes without extent.
  var sizeSlopes: (width: Double, height: Double) {
    (slope(ofPositive: predicted.x2 - predicted.x1), slope(ofPositive: predicted.y2 - predicted.y1))
  }

  /// Intersection over union, 0..<1.
  var iou: Double { intersection / union }

  /// The slope of `intersection`.
  var intersectionGradient: CornerGradient {
    let alongX = slope(ofPositive: sharedWidth) * max(0, sharedHeight)
    let alongY = slope(ofPositive: sharedHeight) * max(0, sharedWidth)
    return CornerGradient(
      -alongX * slope(ofLarger: predicted.x1, groundTruth.x1),
      -alongY * slope(ofLarger: predicted.y1, groundTruth.y1),
      alongX * slope(ofLarger: groundTruth.x2, predicted.x2),
      alongY * slope(ofLarger: groundTruth.y2, predicted.y2))
  }

  /// The slope of `union`, given that of `intersection`.
  func unionGradient(intersectionGradient: CornerGradient) -> CornerGradient {
    let alongX = predicted.height * sizeSlopes.width
    let alongY = predicted.width * sizeSlopes.height
    return CornerGradient(-alongX, -alongY, alongX, alongY) - intersectionGradient
  }

  /// The slope of `iou`, given those of its parts.
  func iouGradient(intersection slopeAbove: CornerGradient, union slopeBelow: CornerGradient)
    -> CornerGradient
  {
    // Divided twice: the square of a union leaves the range of Double long before the union does.
    (slopeAbove - slopeBelow * iou) / union
  }
}

/// The smallest box around two boxes.
struct EnclosingBox {
  let width: Double
  let height: Double
  /// The slope of `width` by the predicted x1 and x2.
  let widthSlopes: (x1: Double, x2: Double)
  /// The slope of `height` by the predicted y1 and y2.
  let heightSlopes: (y1: Double, y2: Double)

  @inline(__always)
  init(predicted: Box, groundTruth: Box) {
    width = max(predicted.x2, groundTruth.x2) - min(predicted.x1, groundTruth.x1)
    height = max(predicted.y2, groundTruth.y2) - min(predicted.y1, groundTruth.y1)
    widthSlopes = (
      -slope(ofLarger: groundTruth.x1, predicted.x1), slope(ofLarger: predicted.x2, groundTruth.x2)
    )
    heightSlopes = (
      -slope(ofLarger: groundTruth.y1, predicted.y1), slope(ofLarger: predicted.y2, groundTruth.y2)
    )
  }
}

/// The slope of `max(first, second)` by `first`; of `min(first, second)` by `second`.
@inline(__always)
private func slope(ofLarger first: Double, _ second: Double) -> Double {
  first > second ? 1 : (first == second ? 0.5 : 0)
}

/// The slope of `max(0, value)` by `value`.
@inline(__always)
private func slope(ofPositive value: Double) -> Double {
  value > 0 ? 1 : (value == 0 ? 0.5 : 0)
}
