/// Puts numbers behind each other, the lowest byte first.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ fingerprint: Fingerprint) {
    put(fingerprint.high)
    put(fingerprint.low)
  }
}

/// Takes numbers from bytes, the lowest byte first; nil where too few are left.
///
/// Unsafe: the bytes must outlive the reader.
struct ByteReader {
  private let source: UnsafeRawBufferPointer
  private var range: Range<Int>

  /// Reads the bytes in a range, which must lie in the buffer.
  init(_ source: UnsafeRawBufferPointer, in range: Range<Int>) {
    precondition(range.upperBound <= source.count, "bytes are read that are not there")
    self.source = source
    self.range = range
  }

  var isAtEnd: Bool { range.isEmpty }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard range.count >= size else { return nil }
    defer { range = range.lowerBound + size..<range.upperBound }
    return Number(
      littleEndian: source.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  mutating func fingerprint() -> Fingerprint? {
    guard let high = number(UInt64.self), let low = number(UInt64.self) else { return nil }
    return Fingerprint(high: high, low: low)
  }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard range.count >= count else { return nil }
    defer { range = range.lowerBound + count..<range.upperBound }
    return Array(source[range.lowerBound..<range.lowerBound + count])
  }
}
