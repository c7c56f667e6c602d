/// A rectangle of whole pixels; width and height may be zero.
package struct PixelRegion: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  var area: Int { width * height }

  /// Grows the region to cover another one, too; both have at least one pixel.
  package mutating func extend(over other: PixelRegion) {
    let (right, bottom) = (
      max(x + width, other.x + other.width), max(y + height, other.y + other.height)
    )
    (x, y) = (min(x, other.x), min(y, other.y))
    (width, height) = (right - x, bottom - y)
  }

  /// The intersection of two regions; it has zero area if they are disjoint.
  func intersection(_ other: PixelRegion) -> PixelRegion {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return PixelRegion(
      x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
      height: max(0, min(y + height, other.y + other.height) - top))
  }
}
