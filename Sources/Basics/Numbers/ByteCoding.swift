/// Appends numbers to bytes, little-endian.
package struct ByteWriter {
  package var bytes: [UInt8] = []

  package init() {}

  package mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}

/// Reads numbers from bytes, little-endian; nil if too few bytes are left.
///
/// Unsafe: the bytes must outlive the reader.
package struct ByteReader {
  private let source: UnsafeRawBufferPointer
  private var range: Range<Int>

  /// Reads the bytes in a range, which must lie in the buffer.
  package init(_ source: UnsafeRawBufferPointer, in range: Range<Int>) {
    precondition(range.upperBound <= source.count, "bytes are read that are not there")
    self.source = source
    self.range = range
  }

  package var isAtEnd: Bool { range.isEmpty }

  package mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type)
    -> Number?
  {
    let size = MemoryLayout<Number>.size
    guard range.count >= size else { return nil }
    defer { range = range.lowerBound + size..<range.upperBound }
    return Number(
      littleEndian: source.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  package mutating func bytes(_ count: Int) -> [UInt8]? {
    guard range.count >= count else { return nil }
    defer { range = range.lowerBound + count..<range.upperBound }
    return Array(source[range.lowerBound..<range.lowerBound + count])
  }
}
