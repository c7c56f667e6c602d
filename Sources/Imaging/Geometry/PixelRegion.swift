/// A rectangle of whole pixels.
public struct PixelRegion: Hashable, Sendable {
  /// The first column.
  public var x: Int
  /// The first row.
  public var y: Int
  /// Columns; may be zero.
  public var width: Int
  /// Rows; may be zero.
  public var height: Int

  /// Makes a region.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
