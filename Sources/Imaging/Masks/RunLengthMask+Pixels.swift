extension RunLengthMask {
  /// Makes a mask from one byte per pixel, row by row as in `Image`; nonzero pixels are inside.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a mask has at least one pixel, not \(width)x\(height)")
    self.init(
      width: width, height: height, pixels: pixels,
      of: PixelRegion(x: 0, y: 0, width: width, height: height))
  }

  /// Makes a mask from the pixels of a region inside the image, which has at most 2^31 pixels.
  package init(width: Int, height: Int, pixels: [UInt8], of region: PixelRegion) {
    precondition(
      region.x >= 0 && region.y >= 0 && region.width <= width - region.x
        && region.height <= height - region.y, "\(region) is not in \(width)x\(height) pixels")
    precondition(
      pixels.count == region.width * region.height,
      "\(pixels.count) bytes do not make \(region.width)x\(region.height) pixels")
    var runs = RunBuilder()
    for x in 0..<region.width {
      let top = (region.x + x) * height + region.y
      var start: Int?
      for y in 0..<region.height {
        if pixels[y * region.width + x] != 0 {
          start = start ?? y
        } else if let first = start {
          runs.append(top + first..<top + y)
          start = nil
        }
      }
      if let first = start { runs.append(top + first..<top + region.height) }
    }
    self.init(width: width, height: height, runs)
  }

  /// Makes a mask of a rectangle, clipped to the image.
  package init(width: Int, height: Int, region: PixelRegion) {
    precondition(width > 0 && height > 0, "a mask has at least one pixel, not \(width)x\(height)")
    let region = region.intersection(PixelRegion(x: 0, y: 0, width: width, height: height))
    var runs = RunBuilder()
    for x in region.x..<region.x + region.width {
      let first = x * height + region.y
      runs.append(first..<first + region.height)
    }
    self.init(width: width, height: height, runs)
  }

  /// One byte per pixel, row by row: 1 inside the mask, 0 outside.
  package var pixels: [UInt8] {
    var result = [UInt8](repeating: 0, count: width * height)
    forEachPixel { result[$0] = 1 }
    return result
  }

  /// Visits the pixels inside the mask, column by column, by their index in `Image`.
  @inline(__always)
  func forEachPixel(_ visit: (_ pixel: Int) -> Void) {
    forEachRun { run in
      for pixel in run { visit(pixel % height * width + pixel / height) }
    }
  }

  /// Visits the runs inside the mask; pixels are numbered column by column.
  @inline(__always)
  func forEachRun(_ visit: (_ pixels: Range<Int>) -> Void) {
    var start = 0
    for (place, count) in counts.enumerated() {
      let end = start + Int(count)
      if place % 2 == 1 { visit(start..<end) }
      start = end
    }
  }
}
