extension RunLengthMask {
  /// The number of common pixels; 0 for masks of images of different sizes.
  ///
  /// The time is proportional to the number of runs, not of pixels.
  package func intersectionArea(_ other: RunLengthMask) -> Int {
    guard width == other.width, height == other.height, bounds.intersection(other.bounds).area > 0
    else {
      return 0
    }
    var shared = 0
    var (a, b) = (RunCursor(firstOf: counts), RunCursor(firstOf: other.counts))
    while a.place < counts.count && b.place < other.counts.count {
      shared += max(0, min(a.end, b.end) - max(a.start, b.start))
      if a.end < b.end { a.advance(in: counts) } else { b.advance(in: other.counts) }
    }
    return shared
  }

  /// Intersection over union (IoU), 0...1; for a crowd, intersection over this mask's own area.
  ///
  /// 0 for disjoint and for empty masks. Source: `rleIou` in maskApi.c.
  package func iou(_ other: RunLengthMask, isCrowd: Bool = false) -> Double {
    let shared = intersectionArea(other)
    if shared == 0 { return 0 }
    return Double(shared) / Double(isCrowd ? area : area + other.area - shared)
  }

  /// The union; both masks belong to images of the same size.
  package func union(_ other: RunLengthMask) -> RunLengthMask {
    RunLengthMask(width: width, height: height, joined(with: other))
  }

  /// The difference; both masks belong to images of the same size.
  package func subtracting(_ other: RunLengthMask) -> RunLengthMask {
    precondition(
      width == other.width && height == other.height,
      "a mask of \(other.width)x\(other.height) pixels cannot be subtracted from one of "
        + "\(width)x\(height)")
    var runs = RunBuilder(capacity: counts.count + other.counts.count)
    var (a, b) = (RunCursor(firstOf: counts), RunCursor(firstOf: other.counts))
    // The end of the other mask's last visited run.
    var free = 0
    while a.place < counts.count {
      let from = max(a.start, free)
      if from >= a.end {
        a.advance(in: counts)
      } else if b.place >= other.counts.count || b.start >= a.end {
        runs.append(from..<a.end)
        a.advance(in: counts)
      } else {
        runs.append(from..<max(from, b.start))
        free = b.end
        b.advance(in: other.counts)
      }
    }
    return RunLengthMask(width: width, height: height, runs)
  }

  /// The runs of the union.
  func joined(with other: RunLengthMask) -> RunBuilder {
    precondition(
      width == other.width && height == other.height,
      "a mask of \(width)x\(height) pixels cannot be joined with one of "
        + "\(other.width)x\(other.height)")
    var runs = RunBuilder(capacity: counts.count + other.counts.count)
    var (a, b) = (RunCursor(firstOf: counts), RunCursor(firstOf: other.counts))
    while true {
      let (hasA, hasB) = (a.place < counts.count, b.place < other.counts.count)
      if hasA && (!hasB || a.start <= b.start) {
        runs.append(a.start..<a.end)
        a.advance(in: counts)
      } else if hasB {
        runs.append(b.start..<b.end)
        b.advance(in: other.counts)
      } else {
        return runs
      }
    }
  }
}

/// A cursor over the runs inside a mask.
private struct RunCursor {
  /// The index in `counts`; past the end once all runs have been visited.
  private(set) var place = 1
  private(set) var start = 0
  private(set) var end = 0

  init(firstOf counts: [UInt32]) {
    guard counts.count > 1 else { return }
    start = Int(counts[0])
    end = start + Int(counts[1])
  }

  mutating func advance(in counts: [UInt32]) {
    place += 2
    guard place < counts.count else { return }
    start = end + Int(counts[place - 1])
    end = start + Int(counts[place])
  }
}
