/// Tells on which lines bytes stand; cheap where places are asked for in ascending order.
struct LineCounter {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var line = 1

  /// Unsafe: the bytes must outlive the counter.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The number of the line, from 1, that holds a byte.
  mutating func line(at offset: Int) -> Int {
    if offset < place { (place, line) = (0, 1) }
    let end = min(offset, bytes.count)
    for byte in bytes[place..<max(place, end)] { line += byte == UInt8(ascii: "\n") ? 1 : 0 }
    place = max(place, end)
    return line
  }
}
