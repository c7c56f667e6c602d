import Foundation

/// The coded data of a scan, a window of them at a time, without the zero bytes that JPEG puts behind
/// each 0xFF, up to the next marker (ITU-T T.81, B.1.1.5).
struct ScanData {
  /// ``count`` bytes of data, and ``margin`` zeros behind them at least.
  private(set) var bytes: [UInt8]
  private(set) var count = 0
  /// The marker behind the data, once they have been taken up to it.
  private(set) var marker: UInt8?

  private let source: [UInt8]
  /// Where in the source to go on.
  private var next: Int

  /// What a reader may use between two calls of ``fill(_:)``. The blocks of one coded unit take less:
  /// 10 blocks of 64 codes of up to 16 bits with 15 of a value are 2,480 bytes.
  static let margin = 4096
  private static let size = 1 << 16

  /// Data that begin at a place of the source; nothing is taken yet.
  init(_ source: [UInt8], from start: Int) {
    self.source = source
    next = start
    bytes = [UInt8](repeating: 0, count: Self.size + 1 + Self.margin)
  }

  /// Sees to it that a coded unit can be read from a position, in bits, which moves with the data;
  /// false where the source ends without a marker.
  @inline(__always)
  mutating func prepare(_ position: inout Int) -> Bool {
    marker != nil || count - position >> 3 >= Self.margin || fill(&position)
  }

  /// Begins a new stretch behind a restart marker.
  mutating func passMarker() {
    marker = nil
    count = 0
  }

  /// Drops what lies before the position, and takes more.
  private mutating func fill(_ position: inout Int) -> Bool {
    let used = position >> 3
    position -= 8 * used
    count -= used
    bytes.withUnsafeMutableBytes { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[used..<(used + count)]))
    }
    while marker == nil, count < Self.size {
      let limit = min(next + Self.size - count, source.count - 1)
      guard next < limit else { return false }
      let mark = mark(before: limit)
      take(upTo: mark ?? limit)
      guard let mark else { continue }
      if source[mark + 1] == 0 {
        take(upTo: mark + 1)
      } else {
        marker = source[mark + 1]
      }
      next = mark + 2
    }
    for index in count..<(count + Self.margin) { bytes[index] = 0 }
    return true
  }

  private mutating func take(upTo end: Int) {
    source.withUnsafeBytes { source in
      bytes.withUnsafeMutableBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[next..<end]))
      }
    }
    count += end - next
    next = end
  }

  /// Where the next 0xFF stands.
  private func mark(before limit: Int) -> Int? {
    source.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return nil }
      return memchr(base + next, 0xFF, limit - next).map { UnsafeRawPointer($0) - base }
    }
  }
}
