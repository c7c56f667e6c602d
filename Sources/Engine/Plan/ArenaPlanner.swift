/// Assigns tensors offsets in one block of memory so that tensors with overlapping lifetimes do
/// not overlap in memory.
///
/// Greedy by size (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net
/// Inference", section 5.2): the largest item first, each at the lowest offset that is free during
/// its lifetime. Items are ordered by size, as in the paper, and by size times lifetime, which
/// suits the long lifetimes in training with skip connections; the smaller result is used.
struct ArenaPlanner {
  /// A memory request: its size in floats, and the steps from its first write to its last read.
  struct Item {
    let count: Int
    let lifetime: ClosedRange<Int>
  }

  private var items: [Item] = []
  /// Requests memory, rounded up to cache lines; returns the index of its offset in `plan()`.
  mutating func add(count: Int, lifetime: ClosedRange<Int>) -> Int {
    items.append(Item(count: AlignedBuffer.aligned(count), lifetime: lifetime))
    return items.count - 1
  }

  /// The offset of each item and the total size, in floats.
  func plan() -> (offsets: [Int], total: Int) {
    let bySize = place { $0.count }
    let byVolume = place { $0.count * $0.lifetime.count }
    return byVolume.total < bySize.total ? byVolume : bySize
  }

  /// Places the items in descending order of a measure.
  private func place(_ measure: (Item) -> Int) -> (offsets: [Int], total: Int) {
    var offsets = [Int](repeating: 0, count: items.count)
    var total = 0
    // Placed items sorted by offset; ties in the order of the requests.
    var placed: [Int] = []
    let measures = items.map(measure)
    let order = items.indices.sorted {
      measures[$0] != measures[$1] ? measures[$0] > measures[$1] : $0 < $1
    }
    for index in order where items[index].count > 0 {
      let item = items[index]
      var offset = 0
      for other in placed where items[other].lifetime.overlaps(item.lifetime) {
        if offset + item.count <= offsets[other] { break }
        offset = max(offset, offsets[other] + items[other].count)
      }
      offsets[index] = offset
      total = max(total, offset + item.count)
      let place = placed.firstIndex { offsets[$0] > offset } ?? placed.endIndex
      placed.insert(index, at: place)
    }
    return (offsets, total)
  }
}
