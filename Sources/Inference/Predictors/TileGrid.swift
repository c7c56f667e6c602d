import Imaging

/// The overlapping tiles of an image.
struct TileGrid {
  /// Row by row; empty for an image that fits into one tile.
  let regions: [PixelRegion]

  /// - Parameters:
  ///   - side: The side of the tiles, in pixels; they are cut to the image along sides that are shorter.
  ///   - overlap: The part of a tile's side that neighboring tiles share, at least; 0..<1.
  init(imageWidth: Int, imageHeight: Int, side: Int, overlap: Double) {
    precondition(side > 0, "a tile has at least one pixel")
    precondition((0..<1).contains(overlap), "tiles overlap by a part of 0 to 1, not \(overlap)")
    guard max(imageWidth, imageHeight) > side else {
      regions = []
      return
    }
    let columns = Self.starts(imageWidth, side, overlap)
    regions = Self.starts(imageHeight, side, overlap).flatMap { y in
      columns.map {
        PixelRegion(x: $0, y: y, width: min(side, imageWidth), height: min(side, imageHeight))
      }
    }
  }

  /// The evenly spaced first pixels of tiles, the last of which ends at the end of the image.
  private static func starts(_ length: Int, _ side: Int, _ overlap: Double) -> [Int] {
    let last = length - side
    guard last > 0 else { return [0] }
    let step = max(Int(Double(side) * (1 - overlap)), 1)
    let count = (last + step - 1) / step
    return (0...count).map { last * $0 / count }
  }
}
