/// A run-length encoded mask: COCO's RLE.
///
/// Pixels are ordered column by column, top to bottom. Runs outside and inside the mask alternate,
/// beginning outside: the first length may be 0, no other may, and all lengths add up to the number
/// of pixels, `width * height`.
///
/// Source: maskApi.c of cocoapi; runs and areas are the same.
public struct RunLengthMask: Hashable, Sendable {
  /// The width of the image, in pixels.
  public let width: Int
  /// The height of the image, in pixels.
  public let height: Int
  /// The run lengths in pixels; those at even indices are outside the mask.
  package let counts: [UInt32]
  /// The number of pixels inside the mask.
  package let area: Int
  /// The bounding rectangle of the mask; all zeros if the mask is empty.
  package let bounds: PixelRegion

  /// The maximum number of pixels of an image, so that sums of runs do not overflow.
  static let maximumPixels = 1 << 31

  /// Makes a mask from the lengths of its runs, as in COCO's uncompressed `counts`.
  ///
  /// Throws `ImagingError.invalidMask` for a negative length and for runs that do not add up to the
  /// size of the image. Empty runs in between are allowed; their neighbors are joined.
  package init(width: Int, height: Int, counts: [Int]) throws(ImagingError) {
    let pixels = try Self.pixelCount(width: width, height: height)
    var runs = RunBuilder()
    var end = 0
    for (place, count) in counts.enumerated() {
      guard count >= 0, count <= pixels - end else {
        throw .invalidMask(
          width: width, height: height,
          reason: count < 0
            ? "run \(place) has a length of \(count)"
            : "run \(place) of \(count) pixels ends beyond the image's \(pixels)")
      }
      if place % 2 == 1 { runs.append(end..<end + count) }
      end += count
    }
    guard end == pixels else {
      throw .invalidMask(
        width: width, height: height,
        reason: "its runs cover \(end) of the image's \(pixels) pixels")
    }
    self.init(width: width, height: height, runs)
  }

  /// Makes a mask from collected runs, which lie inside the image.
  init(width: Int, height: Int, _ runs: RunBuilder) {
    self.width = width
    self.height = height
    counts = runs.counts(pixels: width * height)
    (area, bounds) = Self.measure(counts, height: height)
  }

  /// The number of pixels of an image; throws where it is zero or too large.
  static func pixelCount(width: Int, height: Int) throws(ImagingError) -> Int {
    guard width > 0, height > 0 else {
      throw .invalidMask(
        width: width, height: height, reason: "an image has at least one pixel each way")
    }
    let (pixels, overflows) = width.multipliedReportingOverflow(by: height)
    guard !overflows, pixels <= maximumPixels else {
      throw .invalidMask(
        width: width, height: height, reason: "an image has at most \(maximumPixels) pixels here")
    }
    return pixels
  }

  private static func measure(
    _ counts: [UInt32], height: Int
  ) -> (area: Int, bounds: PixelRegion) {
    var area = 0
    var (left, top, right, bottom) = (Int.max, height, 0, 0)
    var start = 0
    for (place, count) in counts.enumerated() {
      let end = start + Int(count)
      if place % 2 == 1 {
        area += Int(count)
        let (first, last) = (start / height, (end - 1) / height)
        left = min(left, first)
        right = max(right, last)
        // A run across columns reaches the bottom of one and begins at the top of the next.
        top = first == last ? min(top, start - first * height) : 0
        bottom = first == last ? max(bottom, end - 1 - last * height) : height - 1
      }
      start = end
    }
    guard area > 0 else { return (0, PixelRegion(x: 0, y: 0, width: 0, height: 0)) }
    return (
      area,
      PixelRegion(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    )
  }
}

/// Collects the runs inside a mask, in ascending order.
struct RunBuilder {
  /// Run lengths in pairs, outside and inside.
  private var counts: [UInt32] = []
  /// The end of the last run.
  private var end = 0

  init(capacity: Int = 0) {
    counts.reserveCapacity(capacity)
  }

  /// Adds a run, which begins no earlier than the last one; adjacent and overlapping runs are
  /// merged.
  mutating func append(_ pixels: Range<Int>) {
    if pixels.upperBound <= max(end, pixels.lowerBound) { return }
    if !counts.isEmpty, pixels.lowerBound <= end {
      counts[counts.count - 1] += UInt32(pixels.upperBound - end)
    } else {
      counts.append(UInt32(pixels.lowerBound - end))
      counts.append(UInt32(pixels.count))
    }
    end = pixels.upperBound
  }

  /// All run lengths of an image with the given number of pixels.
  func counts(pixels: Int) -> [UInt32] {
    end < pixels ? counts + [UInt32(pixels - end)] : counts
  }
}
