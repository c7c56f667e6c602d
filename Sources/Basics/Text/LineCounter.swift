/// Tells on which lines bytes stand, asked for in any order.
///
/// Line ends are counted once, block by block as far as was asked; what is left to count for a place
/// is a part of its block, from the place asked for before where that lies in it.
package struct LineCounter {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// For each block so far, the line ends before it.
  private var ends = [0]
  /// The place asked for last, and the line ends before it.
  private var latest = (offset: 0, ends: 0)

  /// Bytes of a block.
  private static let block = 4096

  /// Unsafe: the bytes must outlive the counter.
  package init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The number of the line, from 1, that holds a byte.
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
