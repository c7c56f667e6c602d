import CGlimpseKernels

/// How pixels of a new size are computed along one axis.
public enum ResizeFilter: Hashable, Sendable, CaseIterable {
  /// Linear interpolation when growing; when shrinking, a triangle as wide as two target pixels, so
  /// that nothing is skipped (what torchvision and Pillow call antialiased bilinear).
  case bilinear
  /// The mean over what a target pixel covers.
  case area
}

/// The weights by which the positions along one axis of a target are made from a source's samples.
struct ResampleAxis {
  /// The first sample of each position.
  private(set) var starts: [Int32]
  /// `taps` weights for each position; they sum to 1.
  private(set) var weights: [Float]
  /// Samples that each position is made from.
  let taps: Int

  /// Makes the weights of `count` positions, of which position 0 starts at `offset` and each is
  /// `step` wide, in pixels of a source of `sourceCount` samples. Weights that would fall outside
  /// the source are dropped and the others scaled up, so that edges keep their brightness.
  init(
    sourceCount: Int, count: Int, offset: Double = 0, step: Double, filter: ResizeFilter
  ) {
    let radius = filter == .area ? step / 2 : max(1, step)
    var rows: [(start: Int, weights: [Double])] = []
    rows.reserveCapacity(count)
    for position in 0..<count {
      let center = min(max(offset + (Double(position) + 0.5) * step, 0), Double(sourceCount))
      let first = min(max(Int((center - radius).rounded(.down)), 0), sourceCount - 1)
      let last = min(max(Int((center + radius).rounded(.up)) - 1, first), sourceCount - 1)
      var row = (first...last).map { sample in
        switch filter {
        case .bilinear:
          max(0, 1 - abs(Double(sample) + 0.5 - center) / radius)
        case .area:
          max(0, min(Double(sample + 1), center + radius) - max(Double(sample), center - radius))
        }
      }
      let sum = row.reduce(0, +)
      // A position on the very edge of the source may meet no sample with any weight.
      if sum > 0 { row = row.map { $0 / sum } } else { row[0] = 1 }
      rows.append((first, row))
    }
    let taps = rows.reduce(1) { max($0, $1.weights.count) }
    self.taps = taps
    starts = []
    starts.reserveCapacity(count)
    weights = [Float](repeating: 0, count: count * taps)
    for (position, row) in rows.enumerated() {
      // Every position reads `taps` samples: at the far edge the window moves back into the source.
      let start = min(row.start, sourceCount - taps)
      starts.append(Int32(start))
      for (index, weight) in row.weights.enumerated() {
        weights[position * taps + row.start - start + index] = Float(weight)
      }
    }
  }

  /// Calls `body` with the weights in the kernels' form.
  func withKernelAxis<Result>(_ body: (gk_image_axis) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      weights.withUnsafeBufferPointer { weights in
        body(
          gk_image_axis(
            starts: starts.baseAddress, weights: weights.baseAddress, taps: Int32(taps),
            count: Int32(starts.count)))
      }
    }
  }
}
