import Basics

/// An axis-aligned rectangle.
///
/// Corners in pixels of the original image, continuous and half-open: a box that covers exactly
/// the first pixel is (0, 0, 1, 1). Other conventions (VOC's 1-based inclusive corners, YOLO's
/// normalized centers, COCO's corner and size) exist only inside format readers and writers.
public struct Box: Hashable, Sendable {
  /// The left edge.
  public var x1: Double
  /// The top edge.
  public var y1: Double
  /// The right edge.
  public var x2: Double
  /// The bottom edge.
  public var y2: Double

  /// Makes a box from its corners.
  public init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// All pixels of a region.
  package init(_ region: PixelRegion) {
    self.init(
      x1: Double(region.x), y1: Double(region.y), x2: Double(region.x + region.width),
      y2: Double(region.y + region.height))
  }

  /// The width in pixels; zero for an inverted box.
  public var width: Double { max(0, x2 - x1) }
  /// The height in pixels; zero for an inverted box.
  public var height: Double { max(0, y2 - y1) }
  /// The area in square pixels; zero for an inverted box.
  public var area: Double { width * height }
  /// The horizontal center.
  public var centerX: Double { (x1 + x2) / 2 }
  /// The vertical center.
  public var centerY: Double { (y1 + y2) / 2 }

  package var isFinite: Bool { x1.isFinite && y1.isFinite && x2.isFinite && y2.isFinite }

  /// The intersection of two boxes; if they are disjoint, it is inverted and has zero area.
  public func intersection(_ other: Box) -> Box {
    Box(
      x1: max(x1, other.x1), y1: max(y1, other.y1), x2: min(x2, other.x2), y2: min(y2, other.y2))
  }

  /// The smallest box that contains both.
  public func union(_ other: Box) -> Box {
    Box(
      x1: min(x1, other.x1), y1: min(y1, other.y1), x2: max(x2, other.x2), y2: max(y2, other.y2))
  }

  /// The box clipped to an image of the given size, in pixels.
  public func clipped(toWidth width: Double, height: Double) -> Box {
    Box(
      x1: min(max(x1, 0), width), y1: min(max(y1, 0), height),
      x2: min(max(x2, 0), width), y2: min(max(y2, 0), height))
  }

  /// The box clipped to a region.
  package func clipped(to region: PixelRegion) -> Box {
    let edges = Box(region)
    return Box(
      x1: min(max(x1, edges.x1), edges.x2), y1: min(max(y1, edges.y1), edges.y2),
      x2: min(max(x2, edges.x1), edges.x2), y2: min(max(y2, edges.y1), edges.y2))
  }

  /// The box moved to the right and down, in pixels.
  package func moved(x: Double, y: Double) -> Box {
    Box(x1: x1 + x, y1: y1 + y, x2: x2 + x, y2: y2 + y)
  }

  /// Intersection over union (IoU), 0...1; zero if both boxes have zero area.
  public func iou(_ other: Box) -> Double {
    let shared = intersection(other).area
    let union = area + other.area - shared
    return union > 0 ? shared / union : 0
  }
}

extension Box: CustomStringConvertible {
  /// "(x1, y1, x2, y2)" with two decimals.
  public var description: String {
    "(\([x1, y1, x2, y2].map { NumberFormat.fixed($0, 2) }.joined(separator: ", ")))"
  }
}
