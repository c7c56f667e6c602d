/// Finds the line numbers of byte offsets, queried in any order.
///
/// Line feeds are counted once per block, up to the highest offset queried so far. Within a block,
/// counting starts at its beginning or at the previous query.
package struct LineCounter {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// For each block counted so far, the number of line feeds before it.
  private var ends = [0]
  /// The previously queried offset, and the number of line feeds before it.
  private var latest = (offset: 0, ends: 0)

  /// Bytes per block.
  private static let block = 4096

  /// Unsafe: the bytes must outlive the counter.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The line number, from 1, of a byte offset.
  package mutating func line(at offset: Int) -> Int {
    let offset = min(offset, bytes.count)
    let last = offset / Self.block
    while ends.count <= last {
      let start = (ends.count - 1) * Self.block
      ends.append(ends[ends.count - 1] + lineEnds(in: start..<start + Self.block))
    }
    let start = last * Self.block
    if latest.offset < start || latest.offset > offset { latest = (start, ends[last]) }
    latest = (offset, latest.ends + lineEnds(in: latest.offset..<offset))
    return 1 + latest.ends
  }

  private func lineEnds(in range: Range<Int>) -> Int {
    var count = 0
    for byte in bytes[range] { count += byte == UInt8(ascii: "\n") ? 1 : 0 }
    return count
  }
}
