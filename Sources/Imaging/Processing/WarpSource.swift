import CGlimpseKernels

/// The source of a warp: an image, or block averages of it where the transform shrinks.
struct WarpSource {
  private let image: Image
  /// The visible part, in pixels of the image.
  private var shown: Box
  /// From pixels of the target to pixels of the image.
  private var inverse = ProjectiveTransform.identity
  /// The size of the averaged blocks.
  private var block = (width: 1, height: 1)
  /// The part of the image that is averaged; it starts at a block.
  private var part: PixelRegion

  init(_ image: Image, shown window: Box?) {
    self.image = image
    let whole = Box(x1: 0, y1: 0, x2: Double(image.width), y2: Double(image.height))
    shown = window?.intersection(whole) ?? whole
    part = PixelRegion(x: 0, y: 0, width: image.width, height: image.height)
  }

  /// Hides the whole source.
  mutating func hide() { shown = Box(x1: 0, y1: 0, x2: 0, y2: 0) }

  /// Sets the transform, and the block size and part that a region of the target needs.
  mutating func setInverse(_ inverse: ProjectiveTransform, for region: PixelRegion) {
    self.inverse = inverse
    let steps = Self.steps(
      inverse, x: Double(region.x) + Double(region.width) / 2,
      y: Double(region.y) + Double(region.height) / 2)
    block = (Self.block(steps.x, limit: image.width), Self.block(steps.y, limit: image.height))
    if block != (1, 1) { part = visiblePart(of: region) }
  }

  /// The distances along the source's axes that correspond to one target pixel, at a point.
  static func steps(
    _ inverse: ProjectiveTransform, x: Double, y: Double
  ) -> (x: Double, y: Double) {
    let z = inverse.z.at(x, y)
    guard z > 0 else { return (1, 1) }
    func step(_ row: ProjectiveTransform.Row) -> Double {
      let place = row.at(x, y) / z
      let across = (row.x - place * inverse.z.x) / z
      let down = (row.y - place * inverse.z.y) / z
      return (across * across + down * down).squareRoot()
    }
    return (step(inverse.x), step(inverse.y))
  }

  /// The block size along an axis: the nearest integer to a step, so that the remaining scale is
  /// about 0.75 to 1.5.
  private static func block(_ step: Double, limit: Int) -> Int {
    // Sums of larger blocks than 4096 x 4096 would not fit 32 bits.
    Int(min(max(step.rounded(), 1), Double(min(limit, 4096))))
  }

  /// The blocks that a region of the target may read.
  private func visiblePart(of region: PixelRegion) -> PixelRegion {
    let (left, top) = (Double(region.x), Double(region.y))
    let (right, bottom) = (left + Double(region.width), top + Double(region.height))
    var bounds: Box?
    for (x, y) in [(left, top), (right, top), (left, bottom), (right, bottom)] {
      // Behind the camera: the bounds are not known.
      guard let corner = inverse.apply(x: x, y: y) else { return part }
      let point = Box(x1: corner.x, y1: corner.y, x2: corner.x, y2: corner.y)
      bounds = bounds?.union(point) ?? point
    }
    guard let bounds else { return part }
    let columns = Self.blocks(from: bounds.x1, to: bounds.x2, of: block.width, limit: image.width)
    let rows = Self.blocks(from: bounds.y1, to: bounds.y2, of: block.height, limit: image.height)
    return PixelRegion(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// The whole blocks around a range, plus one on each side for neighbors; at least one block.
  private static func blocks(
    from low: Double, to high: Double, of size: Int, limit: Int
  ) -> Range<Int> {
    let last = (limit - 1) / size
    let first = min(max((low / Double(size)).rounded(.down) - 1, 0), Double(last))
    let end = min(max((high / Double(size)).rounded(.up) + 1, first + 1), Double(last + 1))
    return Int(first) * size..<min(Int(end) * size, limit)
  }

  /// Calls `body` with the image, its coordinates and the visible part, in the kernels'
  /// representation.
  func withKernelWarp(_ body: (gk_image_warp) -> Void) {
    var warp = gk_image_warp()
    let (width, height) = (Double(block.width), Double(block.height))
    let isWhole = block == (1, 1)
    let (x, y) = isWhole ? (0.0, 0.0) : (Double(part.x), Double(part.y))
    warp.left = (shown.x1 - x) / width
    warp.top = (shown.y1 - y) / height
    warp.right = (shown.x2 - x) / width
    warp.bottom = (shown.y2 - y) / height
    let (rowX, rowY, rowZ) = (inverse.x, inverse.y, inverse.z)
    warp.inverse = (
      (rowX.x - x * rowZ.x) / width, (rowX.y - x * rowZ.y) / width,
      (rowX.origin - x * rowZ.origin) / width,
      (rowY.x - y * rowZ.x) / height, (rowY.y - y * rowZ.y) / height,
      (rowY.origin - y * rowZ.origin) / height, rowZ.x, rowZ.y, rowZ.origin
    )
    if isWhole {
      warp.source_width = Int32(image.width)
      warp.source_height = Int32(image.height)
      warp.source_stride = Int64(image.width * 3)
      image.bytes.withUnsafeBufferPointer {
        warp.source = $0.baseAddress
        body(warp)
      }
      return
    }
    let columns = (part.width + block.width - 1) / block.width
    let rows = (part.height + block.height - 1) / block.height
    warp.source_width = Int32(columns)
    warp.source_height = Int32(rows)
    warp.source_stride = Int64(columns * 3)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns * rows * 3) { reduced in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: part.width * 3) { scratch in
        image.bytes.withUnsafeBufferPointer { source in
          ImageKernels.chosen.reduce_rgb(
            source.baseAddress.map { $0 + (part.y * image.width + part.x) * 3 },
            Int64(image.width * 3), Int64(part.width), Int64(part.height), Int64(block.width),
            Int64(block.height), reduced.baseAddress, scratch.baseAddress)
        }
      }
      warp.source = UnsafePointer(reduced.baseAddress)
      body(warp)
    }
  }
}
