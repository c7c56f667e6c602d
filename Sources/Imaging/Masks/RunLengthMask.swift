/// The pixels that belong to an object, as lengths of runs: COCO's RLE.
///
/// The image is walked column after column, from the top of each. Runs of pixels outside and
/// inside the mask take turns, beginning with those outside, so that the first length may be 0; no
/// other is, and all of them add up to `width * height`.
///
/// Source: maskApi.c of cocoapi, whose runs and numbers it equals.
package struct RunLengthMask: Hashable, Sendable {
  /// The width of the image, in pixels.
  package let width: Int
  /// The height of the image, in pixels.
  package let height: Int
  /// The lengths of the runs in pixels, those at even places outside of the mask.
  package let counts: [UInt32]
  /// How many pixels the mask has.
  package let area: Int
  /// The smallest rectangle around the mask; all zeros where the mask is empty.
  package let bounds: PixelRegion

  /// The most pixels that an image may have here: sums of runs stay far from any overflow.
  static let maximumPixels = 1 << 31

  /// Makes a mask from the lengths of its runs, as COCO's uncompressed `counts` hold them.
  ///
  /// Throws `ImagingError.invalidMask` for a length below 0 and for runs that do not add up to the
  /// size of the image. Empty runs in between are allowed and joined.
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

  /// Finishes a mask whose runs were collected; they lie inside of the image.
  init(width: Int, height: Int, _ runs: RunBuilder) {
    self.width = width
    self.height = height
    counts = runs.counts(pixels: width * height)
    (area, bounds) = Self.measure(counts, height: height)
  }

  /// The pixels of an image; throws where it has none or too many.
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

  /// Adds the runs up and finds the rectangle around them.
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

/// Collects stretches of pixels inside a mask, in ascending order, as runs.
struct RunBuilder {
  /// Runs in pairs, outside and inside.
  private var counts: [UInt32] = []
  /// Where the last stretch ends.
  private var end = 0

  /// Makes room for so many runs.
  init(capacity: Int = 0) {
    counts.reserveCapacity(capacity)
  }

  /// Adds pixels; they begin no earlier than the last stretch did. What touches is joined.
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

  /// All runs of an image with so many pixels.
  func counts(pixels: Int) -> [UInt32] {
    end < pixels ? counts + [UInt32(pixels - end)] : counts
  }
}
