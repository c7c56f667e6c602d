/// A rectangle of whole pixels.
package struct PixelRegion: Hashable, Sendable {
  /// The first column.
  package var x: Int
  /// The first row.
  package var y: Int
  /// Columns; may be zero.
  package var width: Int
  /// Rows; may be zero.
  package var height: Int

  /// Makes a region.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
