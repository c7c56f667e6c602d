/// LZW as TIFF has it: codes of 9 to 12 bits from the highest bit on, each width left one code early.
///
/// Source: TIFF 6.0, section 13.
enum LZWDecoder {
  private static let clear = 256
  private static let end = 257
  private static let firstString = 258
  private static let tableSize = 4096

  /// Fills a buffer from compressed bytes; what is beyond it is not decoded.
  static func decode(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> TIFFCompression.Outcome {
    // Programs of before 1992 wrote codes from the lowest bit on, so that "clear" comes as 0 and 1.
    if source.count >= 2, source[0] == 0, source[1] & 1 == 1 { return .corrupt }
    // A string is the previous one and the byte behind it, so it lies in the output in one piece: the
    // table holds where.
    var starts = [Int](repeating: 0, count: tableSize)
    var lengths = [Int](repeating: 0, count: tableSize)
    var (next, width) = (firstString, 9)
    var (previousStart, previousLength) = (0, 0)
    var (bits, bitCount) = (0, 0)
    var (from, to) = (0, 0)
    while to < target.count {
      while bitCount < width {
        guard from < source.count else { return .endsEarly }
        bits = (bits & 0xFFFF) << 8 | Int(source[from])
        bitCount += 8
        from += 1
      }
      bitCount -= width
      let code = bits >> bitCount & ((1 << width) - 1)
      if code == end { return .endsEarly }
      if code == clear {
        (next, width, previousLength) = (firstString, 9, 0)
        continue
      }
      let start = to
      if code < clear {
        target[to] = UInt8(code)
        to += 1
      } else {
        // The next string may be used at once: it is the previous one and its own first byte.
        let isNext = code == next && previousLength > 0
        guard code < next || isNext else { return .corrupt }
        let piece = isNext ? previousStart : starts[code]
        let length = min(isNext ? previousLength + 1 : lengths[code], target.count - to)
        for index in 0..<length { target[to + index] = target[piece + index] }
        to += length
      }
      if previousLength > 0, next < tableSize {
        (starts[next], lengths[next]) = (previousStart, previousLength + 1)
        next += 1
      }
      (previousStart, previousLength) = (start, to - start)
      if next >= 1 << width - 1, width < 12 { width += 1 }
    }
    return .complete
  }
}
