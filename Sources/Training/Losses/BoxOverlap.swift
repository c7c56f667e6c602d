import Imaging

/// The derivative with respect to a box's corners, in the order x1, y1, x2, y2, per pixel.
package typealias CornerGradient = SIMD4<Double>

/// The intersection, union and enclosing box of two boxes, with derivatives with respect to the
/// predicted corners.
///
/// Corners in pixels. At a kink (equal edges, boxes that just touch, a box of no extent) the
/// derivative is the mean of those on both sides, as in PyTorch's `maximum` and `minimum`.
struct BoxOverlap {
  /// Added to unions, heights and diagonals against division by zero, as in YOLOv8.
  static let epsilon = 1e-7

  let predicted: Box
  let groundTruth: Box
  /// The area of the union, plus epsilon, in square pixels.
  let union: Double
  /// Intersection over union, 0..<1: 1 for equal boxes, 0 without a gradient for disjoint ones.
  let iou: Double
  private let sharedWidth: Double
  private let sharedHeight: Double

  @inline(__always)
  init(predicted: Box, groundTruth: Box) {
    self.predicted = predicted
    self.groundTruth = groundTruth
    sharedWidth = min(predicted.x2, groundTruth.x2) - max(predicted.x1, groundTruth.x1)
    sharedHeight = min(predicted.y2, groundTruth.y2) - max(predicted.y1, groundTruth.y1)
    let intersection = max(0, sharedWidth) * max(0, sharedHeight)
    union = predicted.area + groundTruth.area - intersection + Self.epsilon
    iou = intersection / union
  }

  /// The derivatives of the predicted width and height with respect to x2 and y2: 1 unless the box
  /// is empty.
  var sizeSlopes: (width: Double, height: Double) {
    (slope(ofPositive: predicted.x2 - predicted.x1), slope(ofPositive: predicted.y2 - predicted.y1))
  }

  var iouGradient: CornerGradient {
    // Divided twice, because the square of the union could overflow.
    (intersectionGradient - unionGradient * iou) / union
  }

  var unionGradient: CornerGradient {
    let alongX = predicted.height * sizeSlopes.width
    let alongY = predicted.width * sizeSlopes.height
    return CornerGradient(-alongX, -alongY, alongX, alongY) - intersectionGradient
  }

  private var intersectionGradient: CornerGradient {
    let alongX = slope(ofPositive: sharedWidth) * max(0, sharedHeight)
    let alongY = slope(ofPositive: sharedHeight) * max(0, sharedWidth)
    return CornerGradient(
      -alongX * slope(ofLarger: predicted.x1, groundTruth.x1),
      -alongY * slope(ofLarger: predicted.y1, groundTruth.y1),
      alongX * slope(ofLarger: groundTruth.x2, predicted.x2),
      alongY * slope(ofLarger: groundTruth.y2, predicted.y2))
  }

  /// The width of the smallest box that encloses both.
  var enclosingWidth: Double {
    max(predicted.x2, groundTruth.x2) - min(predicted.x1, groundTruth.x1)
  }

  var enclosingHeight: Double {
    max(predicted.y2, groundTruth.y2) - min(predicted.y1, groundTruth.y1)
  }

  /// The derivatives of `enclosingWidth` with respect to x1 and x2, of `enclosingHeight` to y1 and
  /// y2.
  var enclosingSlopes: CornerGradient {
    CornerGradient(
      -slope(ofLarger: groundTruth.x1, predicted.x1),
      -slope(ofLarger: groundTruth.y1, predicted.y1),
      slope(ofLarger: predicted.x2, groundTruth.x2),
      slope(ofLarger: predicted.y2, groundTruth.y2))
  }
}

/// The derivative of `max(first, second)` with respect to `first`; of `min(first, second)` to
/// `second`.
@inline(__always)
private func slope(ofLarger first: Double, _ second: Double) -> Double {
  first > second ? 1 : (first == second ? 0.5 : 0)
}

/// The derivative of `max(0, value)` with respect to `value`.
@inline(__always)
private func slope(ofPositive value: Double) -> Double {
  value > 0 ? 1 : (value == 0 ? 0.5 : 0)
}
