/// The areas of the 4-connected components of a label map that arrives row by row.
///
/// Pixels of equal value that share a side are connected; value 0 is outside. Memory grows with the
/// width only: a component that no pixel of the last row belongs to is complete and only counted. The
/// areas are those of `ConnectedComponents`.
package struct ComponentAreas: Sendable {
  private let width: Int
  /// The runs of equal pixels of the last row, from left to right.
  private var last: [Run] = []
  /// The union-find forest of the labels in use; a root is its own parent.
  private var parents: [Int32] = []
  /// Value and number of pixels by label, valid at the roots.
  private var values: [UInt8] = []
  private var areas: [Int] = []
  /// The complete components by their value.
  private var complete = [AreaHistogram](repeating: AreaHistogram(), count: 256)

  private struct Run {
    let start: Int
    let end: Int
    let value: UInt8
    var label: Int32
  }

  /// Areas of a label map of a width, without rows.
  package init(width: Int) { self.width = width }

  /// Adds whole rows, one byte per pixel.
  package mutating func append(_ rows: [UInt8]) {
    precondition(rows.count % width == 0, "\(rows.count) pixels are not rows of \(width)")
    rows.withUnsafeBufferPointer { rows in
      for start in stride(from: 0, to: rows.count, by: width) {
        append(row: UnsafeBufferPointer(rebasing: rows[start..<start + width]))
      }
    }
  }

  private mutating func append(row: UnsafeBufferPointer<UInt8>) {
    var runs: [Run] = []
    var above = 0
    var start = 0
    while start < width {
      let value = row[start]
      var end = start + 1
      while end < width, row[end] == value { end += 1 }
      if value != 0 {
        var label: Int32?
        while above < last.count, last[above].end <= start { above += 1 }
        var other = above
        while other < last.count, last[other].start < end {
          if last[other].value == value {
            let root = self.root(last[other].label)
            label = label.map { join($0, root) } ?? root
          }
          other += 1
        }
        let chosen = label ?? add(value)
        areas[Int(chosen)] += end - start
        runs.append(Run(start: start, end: end, value: value, label: chosen))
      }
      start = end
    }
    last = runs
    renumber()
  }

  /// Keeps the labels of the last row, numbered anew; the components of others are complete.
  private mutating func renumber() {
    var numbers = [Int32](repeating: -1, count: parents.count)
    var kept: [Int] = []
    for place in last.indices {
      let root = Int(self.root(last[place].label))
      if numbers[root] < 0 {
        numbers[root] = Int32(kept.count)
        kept.append(root)
      }
      last[place].label = numbers[root]
    }
    for label in parents.indices where Int(parents[label]) == label && numbers[label] < 0 {
      complete[Int(values[label])].add(areas[label])
    }
    parents = kept.indices.map { Int32($0) }
    (values, areas) = (kept.map { values[$0] }, kept.map { areas[$0] })
  }

  private mutating func add(_ value: UInt8) -> Int32 {
    parents.append(Int32(parents.count))
    values.append(value)
    areas.append(0)
    return Int32(parents.count - 1)
  }

  private mutating func root(_ label: Int32) -> Int32 {
    var label = label
    while parents[Int(label)] != label {
      parents[Int(label)] = parents[Int(parents[Int(label)])]
      label = parents[Int(label)]
    }
    return label
  }

  /// Joins two components, given by their roots; returns the root of the union.
  private mutating func join(_ first: Int32, _ second: Int32) -> Int32 {
    if first == second { return first }
    let (kept, joined) = (min(first, second), max(first, second))
    parents[Int(joined)] = kept
    areas[Int(kept)] += areas[Int(joined)]
    areas[Int(joined)] = 0
    return kept
  }

  /// The areas of the components of a value in the rows so far.
  package func areas(of value: UInt8) -> AreaHistogram {
    var all = complete[Int(value)]
    for label in parents.indices where values[label] == value && Int(parents[label]) == label {
      all.add(areas[label])
    }
    return all
  }
}
