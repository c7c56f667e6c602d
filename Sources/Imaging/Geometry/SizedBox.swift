/// A box as COCO writes it: corner and size, in pixels of the original image.
///
/// Unlike `Box`, it keeps width and height as given: rebuilding them from corners would round,
/// and ties at an IoU of exactly a threshold would be decided differently from the reference.
public struct SizedBox: Hashable, Sendable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// Extent along x.
  public var width: Double
  /// Extent along y.
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

  /// The same box by its corners.
  public var corners: Box { Box(x1: x, y1: y, x2: x + width, y2: y + height) }

  /// Width times height.
  @inlinable public var area: Double { width * height }

  /// Whether all four numbers are finite.
  @inlinable public var isFinite: Bool {
    x.isFinite && y.isFinite && width.isFinite && height.isFinite
  }

  /// Intersection over union with a ground-truth object; over this box's own area where that is a
  /// crowd.
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
