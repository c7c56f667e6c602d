/// An axis-aligned rectangle.
///
/// Corners in pixels of the original image, continuous and half-open: a box that covers exactly
/// the first pixel is (0, 0, 1, 1). Other conventions (VOC's 1-based inclusive corners, YOLO's
/// normalized centers, COCO's corner and size) exist only inside format readers and writers.
package struct Box: Hashable, Sendable {
  /// The left edge, in pixels.
  package var x1: Double
  /// The top edge, in pixels.
  package var y1: Double
  /// The right edge, in pixels.
  package var x2: Double
  /// The bottom edge, in pixels.
  package var y2: Double

  /// Makes a box from its corners.
  package init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// The horizontal extent in pixels; zero for an inverted box.
  package var width: Double { max(0, x2 - x1) }
  /// The vertical extent in pixels; zero for an inverted box.
  package var height: Double { max(0, y2 - y1) }
  /// The area in square pixels; zero for an inverted box.
  package var area: Double { width * height }
  /// The horizontal center in pixels.
  package var centerX: Double { (x1 + x2) / 2 }
  /// The vertical center in pixels.
  package var centerY: Double { (y1 + y2) / 2 }

  /// The part that both boxes cover; of no area where they do not meet.
  package func intersection(_ other: Box) -> Box {
    Box(
      x1: max(x1, other.x1), y1: max(y1, other.y1), x2: min(x2, other.x2), y2: min(y2, other.y2))
  }

  /// The box cut to an image of the given size, in pixels.
  package func clipped(toWidth width: Double, height: Double) -> Box {
    Box(
      x1: min(max(x1, 0), width), y1: min(max(y1, 0), height),
      x2: min(max(x2, 0), width), y2: min(max(y2, 0), height))
  }

  /// Intersection over union with another box, 0...1; zero where neither has an area.
  package func iou(_ other: Box) -> Double {
    let shared = intersection(other).area
    let union = area + other.area - shared
    return union > 0 ? shared / union : 0
  }
}
