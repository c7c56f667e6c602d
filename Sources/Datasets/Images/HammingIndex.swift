/// Finds among many hashes those that differ from one in few bits, without comparing all with all,
/// and gives each away once.
///
/// A hash is cut into four parts of 16 bits. Of two hashes that differ in at most 11 bits, one part
/// differs in at most two: all that have a part within two bits are looked at.
/// Source: Norouzi et al., Fast Search in Hamming Space with Multi-Index Hashing (2012).
///
/// Quadratic it remains where hashes are close without their images being alike: of N such images
/// all N squared / 2 pairs are tested, on one thread. With `ThumbnailSketch` a pair takes 18 ns where
/// images have shapes, 20,000 of them 3.6 s; 0.1 us and 20 s where they are noise, which no sketch
/// tells apart (measured on one core of an AMD EPYC).
struct HammingIndex {
  private let hashes: [UInt64]
  /// For each part the hashes sorted by it.
  private var parts: [Part]
  /// For each hash whether it was taken; it is dropped from a part when it is next met there.
  private var isTaken: [Bool]
  /// All words of 16 bits of which at most two are set.
  private static let nearby: [UInt16] = (UInt16.min...UInt16.max).filter { $0.hasAtMostTwoBits }

  private struct Part {
    /// Where the hashes of each value of the part begin in `order`.
    let starts: [Int32]
    /// And where they end.
    var ends: [Int32]
    var order: [Int32]

    init(_ hashes: [UInt64], _ number: Int) {
      var starts = [Int32](repeating: 0, count: 1 << 16 + 1)
      for hash in hashes { starts[Int(hash.part(number)) + 1] += 1 }
      for value in 1..<starts.count { starts[value] += starts[value - 1] }
      self.starts = starts
      ends = starts
      order = [Int32](repeating: 0, count: hashes.count)
      for (index, hash) in hashes.enumerated() {
        let value = Int(hash.part(number))
        order[Int(ends[value])] = Int32(index)
        ends[value] += 1
      }
    }
  }

  init(_ hashes: [UInt64]) {
    self.hashes = hashes
    isTaken = [Bool](repeating: false, count: hashes.count)
    parts = (0..<4).map { Part(hashes, $0) }
  }

  /// Takes a hash out; false where it was taken before.
  mutating func take(_ index: Int) -> Bool {
    defer { isTaken[index] = true }
    return !isTaken[index]
  }

  /// Takes out those that differ from a hash in at most `ImageSignature.farthestHash` bits and pass a
  /// test, which is asked about each of them once.
  mutating func takeNeighbors(of index: Int, where isWanted: (Int) -> Bool) -> [Int] {
    let hash = hashes[index]
    var neighbors: [Int] = []
    for number in parts.indices {
      for change in Self.nearby {
        let value = Int(hash.part(number) ^ change)
        var place = Int(parts[number].starts[value])
        while place < Int(parts[number].ends[value]) {
          let other = Int(parts[number].order[place])
          if isTaken[other] {
            parts[number].ends[value] -= 1
            parts[number].order[place] = parts[number].order[Int(parts[number].ends[value])]
            continue
          }
          place += 1
          let difference = hashes[other] ^ hash
          // What is near in an earlier part was met there. In this order, as it is the quicker test.
          if !(0..<number).contains(where: { difference.part($0).hasAtMostTwoBits }),
            difference.nonzeroBitCount <= ImageSignature.farthestHash, isWanted(other)
          {
            isTaken[other] = true
            neighbors.append(other)
          }
        }
      }
    }
    return neighbors
  }
}

extension UInt64 {
  /// One of the four parts of 16 bits, from the lowest.
  fileprivate func part(_ number: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: self >> UInt64(16 * number))
  }
}

extension UInt16 {
  /// Whether at most two bits are set; quicker than to count them where a processor must do so in
  /// steps. Each `x & (x - 1)` clears the lowest one.
  fileprivate var hasAtMostTwoBits: Bool {
    let higher = self & (self &- 1)
    return higher & (higher &- 1) == 0
  }
}
