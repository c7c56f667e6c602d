/// The connected components of pixels of equal value in a label map; value 0 is outside.
///
/// The labels of a binary mask are those of `scipy.ndimage.label`. Memory and time grow with the
/// number of horizontal runs, not of pixels, after one pass over the bytes.
///
/// Source: K. Wu, E. Otoo, K. Suzuki, Optimizing two-pass connected-component labeling algorithms,
/// 2009, with runs instead of pixels.
package struct ConnectedComponents: Hashable, Sendable {
  /// The pixels that count as neighbors.
  package enum Connectivity: Hashable, Sendable {
    /// Pixels that share a side.
    case four
    /// Pixels that share a side or a corner.
    case eight
  }

  /// Adjacent pixels of one row and one component.
  package struct Run: Hashable, Sendable {
    /// The row, from the top.
    package let row: Int32
    /// The first column.
    package let start: Int32
    /// The column after the last one.
    package let end: Int32
    /// The index of the component.
    package fileprivate(set) var component: Int32
  }

  /// One component.
  package struct Component: Hashable, Sendable {
    /// The value of its pixels.
    package let value: UInt8
    /// The number of pixels.
    package fileprivate(set) var area: Int
    /// The bounding rectangle.
    package fileprivate(set) var bounds: PixelRegion
  }

  /// The width of the image in pixels.
  package let width: Int
  /// The height of the image in pixels.
  package let height: Int
  /// All runs, row by row and from left to right.
  package private(set) var runs: [Run] = []
  /// The components in the order of their first pixels, row by row.
  package private(set) var components: [Component] = []

  /// Labels a map of one byte per pixel, row by row.
  ///
  /// - Parameter ignored: A further value that is outside, besides 0.
  package init(
    of values: [UInt8], width: Int, height: Int, connectivity: Connectivity = .four,
    ignored: UInt8? = nil
  ) {
    precondition(values.count == width * height, "there is one value per pixel")
    precondition(values.count <= Int(Int32.max), "a label map has at most \(Int32.max) pixels")
    (self.width, self.height) = (width, height)
    values.withUnsafeBufferPointer { values in
      let parents = link(values, reach: connectivity == .eight ? 1 : 0, ignored: ignored ?? 0)
      number(parents, values)
    }
  }

  /// The index of each pixel's component plus 1, row by row; 0 outside.
  package var labels: [Int32] {
    var labels = [Int32](repeating: 0, count: width * height)
    for run in runs {
      let row = Int(run.row) * width
      for place in row + Int(run.start)..<row + Int(run.end) { labels[place] = run.component + 1 }
    }
    return labels
  }

  /// Collects the runs and joins those that touch; returns the union-find forest of the runs, whose
  /// roots are the first runs of their components.
  ///
  /// - Parameter reach: 1 if runs touch at corners, too, otherwise 0.
  private mutating func link(
    _ values: UnsafeBufferPointer<UInt8>, reach: Int32, ignored: UInt8
  ) -> DisjointSets {
    var sets = DisjointSets()
    var previous = 0..<0
    for row in 0..<height {
      let first = runs.count
      appendRuns(ofRow: row, values, ignored: ignored)
      sets.append(runs.count - first)
      var above = previous.lowerBound
      for run in first..<runs.count {
        let (start, end) = (runs[run].start, runs[run].end)
        while above < previous.upperBound, runs[above].end + reach <= start { above += 1 }
        var other = above
        while other < previous.upperBound, runs[other].start < end + reach {
          if values[place(of: runs[other])] == values[row * width + Int(start)] {
            sets.join(other, run)
          }
          other += 1
        }
      }
      previous = first..<runs.count
    }
    return sets
  }

  private mutating func appendRuns(
    ofRow row: Int, _ values: UnsafeBufferPointer<UInt8>, ignored: UInt8
  ) {
    var start = row * width
    let end = start + width
    while start < end {
      let next = values.endOfRun(from: start, limit: end)
      if values[start] != 0, values[start] != ignored {
        runs.append(
          Run(
            row: Int32(row), start: Int32(start - row * width), end: Int32(next - row * width),
            component: 0))
      }
      start = next
    }
  }

  /// Numbers the components and measures them.
  private mutating func number(_ sets: consuming DisjointSets, _ values: UnsafeBufferPointer<UInt8>)
  {
    for place in runs.indices {
      let root = sets.root(of: place)
      let run = runs[place]
      let (row, start, length) = (Int(run.row), Int(run.start), Int(run.end - run.start))
      let region = PixelRegion(x: start, y: row, width: length, height: 1)
      if root == place {
        runs[place].component = Int32(components.count)
        components.append(
          Component(value: values[self.place(of: run)], area: length, bounds: region))
      } else {
        let component = runs[root].component
        runs[place].component = component
        components[Int(component)].area += length
        components[Int(component)].bounds.extend(over: region)
      }
    }
  }

  private func place(of run: Run) -> Int { Int(run.row) * width + Int(run.start) }
}

/// A union-find forest in which the smallest member of a set is its root.
struct DisjointSets {
  private var parents: [Int32] = []

  /// Appends sets of one member each.
  mutating func append(_ count: Int) {
    let first = parents.count
    for member in first..<first + count { parents.append(Int32(member)) }
  }

  /// The smallest member of a set; shortens the path to it.
  mutating func root(of member: Int) -> Int {
    var member = member
    while Int(parents[member]) != member {
      parents[member] = parents[Int(parents[member])]
      member = Int(parents[member])
    }
    return member
  }

  /// Joins the sets of two members.
  mutating func join(_ first: Int, _ second: Int) {
    let (first, second) = (root(of: first), root(of: second))
    parents[max(first, second)] = Int32(min(first, second))
  }
}
