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

  /// The intersection of two regions; it has zero area if they are disjoint.
  func intersection(_ other: PixelRegion) -> PixelRegion {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return PixelRegion(
      x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
      height: max(0, min(y + height, other.y + other.height) - top))
  }
}
