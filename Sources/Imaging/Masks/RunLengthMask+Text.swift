extension RunLengthMask {
  /// Reads COCO's compressed `counts`.
  ///
  /// Each run is a signed number in groups of five bits, the lowest first, one character per group:
  /// code 48 plus the bits, plus 32 where more groups follow. From the fourth run on, it is the
  /// difference to the run two before. Source: `rleFrString` in maskApi.c.
  ///
  /// - Parameter text: The character codes, without JSON escapes.
  /// - Throws: `ImagingError.invalidMask` for a character outside of 48...111, a number that does
  ///   not end or is too large, and runs that do not fill the image.
  package init(width: Int, height: Int, text: Span<UInt8>) throws(ImagingError) {
    let pixels = try Self.pixelCount(width: width, height: height)
    var runs = RunBuilder(capacity: text.count)
    var (last, beforeLast) = (0, 0)
    var (place, end, at) = (0, 0, 0)
    func fail(_ reason: String) -> ImagingError {
      .invalidMask(width: width, height: height, reason: reason)
    }
    while at < text.count {
      var value = 0
      var shift = 0
      var group: UInt8
      repeat {
        guard at < text.count else { throw fail("its text ends within run \(place)") }
        guard (48...111).contains(text[at]) else {
          throw fail("character \(at) of its text has the code \(text[at]), not 48 to 111")
        }
        // Seven groups hold the difference of any two runs.
        guard shift < 35 else { throw fail("run \(place) has too many digits") }
        group = text[at] - 48
        value |= Int(group & 31) << shift
        shift += 5
        at += 1
      } while group & 32 != 0
      if group & 16 != 0 { value -= 1 << shift }
      if place > 2 { value += beforeLast }
      guard value >= 0, value <= pixels - end else {
        throw fail(
          value < 0
            ? "run \(place) has a length of \(value)"
            : "run \(place) of \(value) pixels ends beyond the image's \(pixels)")
      }
      if place % 2 == 1 { runs.append(end..<end + value) }
      end += value
      (beforeLast, last) = (last, value)
      place += 1
    }
    guard end == pixels else {
      throw fail("its runs cover \(end) of the image's \(pixels) pixels")
    }
    self.init(width: width, height: height, runs)
  }

  /// Reads COCO's compressed `counts` from text.
  package init(width: Int, height: Int, text: String) throws(ImagingError) {
    let codes = Array(text.utf8)
    try self.init(width: width, height: height, text: codes.span)
  }

  /// COCO's compressed `counts`. Source: `rleToString` in maskApi.c.
  package var text: String {
    var codes: [UInt8] = []
    for (place, count) in counts.enumerated() {
      var rest = Int(count) - (place > 2 ? Int(counts[place - 2]) : 0)
      var hasMore = true
      while hasMore {
        let group = UInt8(truncatingIfNeeded: rest & 31)
        rest >>= 5
        // Complete once only the sign is left, which the group's highest bit holds.
        hasMore = rest != (group & 16 != 0 ? -1 : 0)
        codes.append(48 + group + (hasMore ? 32 : 0))
      }
    }
    return String(decoding: codes, as: UTF8.self)
  }
}
