/// A box in COCO's convention: corner and size, in pixels of the original image.
///
/// Unlike `Box`, it keeps width and height exactly as given: recomputing them from corners would
/// round, and ties at an IoU threshold would be decided differently from pycocotools.
public struct SizedBox: Hashable, Sendable {
  /// The left edge, in pixels.
  public var x: Double
  /// The top edge, in pixels.
  public var y: Double
  /// The width, in pixels.
  public var width: Double
  /// The height, in pixels.
  public var height: Double

  /// A box from its corner and size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// A box from corners; width and height are differences, rounded to nearest.
  public init(_ box: Box) {
    self.init(x: box.x1, y: box.y1, width: box.width, height: box.height)
  }

  /// The same box as corners.
  public var corners: Box { Box(x1: x, y1: y, x2: x + width, y2: y + height) }

  /// The area in square pixels: width times height.
  @inlinable public var area: Double { width * height }

  /// Whether all four numbers are finite.
  @inlinable public var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite
  }

  /// The IoU with a ground-truth object; for a crowd, intersection over this box's own area.
  ///
  /// The operations and their order are those of `bbIou` in cocoapi's maskApi.c, so that results
  /// agree to the last bit. Disjoint boxes, and those without extent, have an IoU of 0.
  @inlinable @inline(__always)
  public func overlap(with groundTruth: SizedBox, isCrowd: Bool) -> Double {
    let sharedWidth = min(x + width, groundTruth.x + groundTruth.width) - max(x, groundTruth.x)
    if !(sharedWidth > 0) { return 0 }
    let sharedHeight = min(y + height, groundTruth.y + groundTruth.height) - max(y, groundTruth.y)
    if !(sharedHeight > 0) { return 0 }
    let shared = sharedWidth * sharedHeight
    let whole = isCrowd ? area : area + groundTruth.area - shared
    return shared / whole
  }
}
