/// Finds the pairs among many hashes that differ in few bits, without comparing all with all.
///
/// A hash is cut into four parts of 16 bits. Of two hashes that differ in at most 11 bits, one part
/// differs in at most two: all that have a part within two bits are looked at.
/// Source: Norouzi et al., Fast Search in Hamming Space with Multi-Index Hashing (2012).
struct LookTable {
  private let hashes: [UInt64]
  /// For each part the hashes sorted by it.
  private let parts: [Part]
  /// All words of 16 bits of which at most two are set.
  private static let nearby: [UInt16] = (UInt16.min...UInt16.max).filter { $0.nonzeroBitCount <= 2 }

  private struct Part {
    let shift: UInt64
    /// Where the hashes of each value of the part begin in `order`.
    var starts: [Int32]
    var order: [Int32]

    init(_ hashes: [UInt64], shift: UInt64) {
      self.shift = shift
      starts = [Int32](repeating: 0, count: 1 << 16 + 1)
      for hash in hashes { starts[Int(UInt16(truncatingIfNeeded: hash >> shift)) + 1] += 1 }
      for value in 1..<starts.count { starts[value] += starts[value - 1] }
      var ends = starts
      order = [Int32](repeating: 0, count: hashes.count)
      for (index, hash) in hashes.enumerated() {
        let value = Int(UInt16(truncatingIfNeeded: hash >> shift))
        order[Int(ends[value])] = Int32(index)
        ends[value] += 1
      }
    }

    /// The hashes with a value of the part, rising.
    func range(of value: UInt16) -> Range<Int> {
      Int(starts[Int(value)])..<Int(starts[Int(value) + 1])
    }
  }

  init(_ hashes: [UInt64]) {
    self.hashes = hashes
    parts = [0, 16, 32, 48].map { Part(hashes, shift: $0) }
  }

  /// Calls `body` with each pair that differs in at most `PictureLook.farthestHash` bits, the smaller
  /// index first, and with some of them more than once.
  func forEachCandidate(_ body: (Int, Int) -> Void) {
    let nearby = Self.nearby
    for (index, hash) in hashes.enumerated() {
      for part in parts {
        let value = UInt16(truncatingIfNeeded: hash >> part.shift)
        for change in nearby {
          for place in part.range(of: value ^ change) {
            let other = Int(part.order[place])
            if other >= index { break }
            if (hashes[other] ^ hash).nonzeroBitCount <= PictureLook.farthestHash {
              body(other, index)
            }
          }
        }
      }
    }
  }
}
