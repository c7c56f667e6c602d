/// Gives tensors places in one block of memory so that those alive at once never overlap.
///
/// Greedy (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference",
/// section 5.2): the largest first, each at the lowest place that is free in its time. What is large
/// is taken by size as there, and by size times lifetime, which suits the long lives of a training
/// with skip connections; the better of both counts.
struct ArenaPlanner {
  /// One piece of memory and the steps, both inclusive, from its first write to its last read.
  struct Item {
    let count: Int
    let lifetime: ClosedRange<Int>
  }

  private var items: [Item] = []
  /// Requests memory, in whole cache lines; the result is the index of its offset in `plan()`.
  mutating func add(count: Int, lifetime: ClosedRange<Int>) -> Int {
    items.append(Item(count: AlignedBuffer.aligned(count), lifetime: lifetime))
    return items.count - 1
  }

  /// The offset of each item, and the floats needed in all.
  func plan() -> (offsets: [Int], total: Int) {
    let bySize = place { $0.count }
    let byVolume = place { $0.count * $0.lifetime.count }
    return byVolume.total < bySize.total ? byVolume : bySize
  }

  /// Places the items, those with the largest measure first.
  private func place(_ measure: (Item) -> Int) -> (offsets: [Int], total: Int) {
    var offsets = [Int](repeating: 0, count: items.count)
    var total = 0
    // Placed items by offset; the order of equal ones is that of the asking.
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
