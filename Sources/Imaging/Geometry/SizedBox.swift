/// A box as COCO writes it: corner and size, kept as doubles.
///
/// Unlike `Box`, it keeps the width and height as given: rebuilding them from corners would round,
/// and the reference's ties at an IoU of exactly a threshold would fall the other way.
package struct SizedBox: Hashable, Sendable {
  /// The left edge, in pixels of the original image.
  package var x: Double
  /// The top edge, in pixels of the original image.
  package var y: Double
  /// The horizontal extent, in pixels.
  package var width: Double
  /// The vertical extent, in pixels.
  package var height: Double

  /// Makes a box from its corner and size, in pixels.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Makes a box from its corners.
  package init(_ box: Box) {
    self.init(x: box.x1, y: box.y1, width: box.width, height: box.height)
  }

  /// The same box by its corners.
  package var corners: Box { Box(x1: x, y1: y, x2: x + width, y2: y + height) }

  /// Width times height, in square pixels.
  @inlinable package var area: Double { width * height }

  /// Whether all four numbers are finite.
  @inlinable package var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite
  }

  /// Intersection over union with a ground-truth object; over this box's own area where the ground truth is a crowd.
  ///
  /// The operations and their order are those of `bbIou` in cocoapi's maskApi.c, so that results
  /// agree to the last bit. Boxes that do not meet, and those without extent, overlap by 0.
  @inlinable
  package func overlap(with groundTruth: SizedBox, isCrowd: Bool) -> Double {
    let sharedWidth = min(x + width, groundTruth.x + groundTruth.width) - max(x, groundTruth.x)
    if !(sharedWidth > 0) { return 0 }
    let sharedHeight = min(y + height, groundTruth.y + groundTruth.height) - max(y, groundTruth.y)
    if !(sharedHeight > 0) { return 0 }
    let shared = sharedWidth * sharedHeight
    let whole = isCrowd ? area : area + groundTruth.area - shared
    return shared / whole
  }
}
