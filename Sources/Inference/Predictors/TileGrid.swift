import Imaging

/// Tiles of an image at its own scale, at a half of it, a quarter and so on, as long as it takes several
/// tiles to show it: an object that is too large for the tiles of one scale is complete in those of
/// another.
struct TilePyramid {
  struct Level {
    /// Pixels of the image per pixel of a tile as the network sees it: 1, 2, 4 ...
    let scale: Double
    let regions: [PixelRegion]
    /// Objects up to this width and height are complete in one of the tiles, in pixels of the image.
    let completeSize: Double
    /// The same of the next finer level; 0 for the finest.
    let finerSize: Double

    /// Tiles around boxes, for objects that the tiles of the grid cut; at most as many as the grid has.
    ///
    /// - Parameters:
    ///   - boxes: In pixels of the image, the most important first.
    ///   - seen: The tiles of this and finer levels so far. What one of them shows whole needs no other.
    func regions(around boxes: [Box], seen: [PixelRegion]) -> [PixelRegion] {
      var result: [PixelRegion] = []
      for box in boxes where result.count < regions.count {
        // Weights may overflow to boxes that are not numbers.
        guard box.area.isFinite,
          !(seen + result).contains(where: { box.clipped(to: $0) == box })
        else { continue }
        // It ends where the image ends.
        let last = regions[regions.count - 1]
        let x = Int((box.x1 + box.x2) / 2) - last.width / 2
        let y = Int((box.y1 + box.y2) / 2) - last.height / 2
        result.append(
          PixelRegion(
            x: min(max(x, 0), last.x), y: min(max(y, 0), last.y), width: last.width,
            height: last.height))
      }
      return result
    }
  }

  /// From the image's own scale to the coarsest; empty for an image that fits into one tile.
  let levels: [Level]

  /// - Parameters:
  ///   - side: The side of the tiles as the network sees them, in pixels.
  ///   - overlap: The part of a tile's side that neighboring tiles share, at least; 0..<1.
  init(imageWidth: Int, imageHeight: Int, side: Int, overlap: Double) {
    var levels: [Level] = []
    var covered = side
    while covered < max(imageWidth, imageHeight) {
      levels.append(
        Level(
          scale: Double(covered / side),
          regions: TileGrid(
            imageWidth: imageWidth, imageHeight: imageHeight, side: covered, overlap: overlap
          ).regions,
          completeSize: Double(covered) * overlap, finerSize: levels.last?.completeSize ?? 0))
      covered *= 2
    }
    self.levels = levels
  }
}

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
