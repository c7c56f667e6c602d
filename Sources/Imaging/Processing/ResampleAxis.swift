import CGlimpseKernels

/// How pixels of a new size are computed along one axis.
package enum ResizeFilter: Hashable, Sendable, CaseIterable {
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

  /// Positions along the target.
  var count: Int { starts.count }

  /// Makes the weights of `count` positions, of which position 0 starts at `offset` and each is
  /// `step` wide, in pixels of a source of `sourceCount` samples. Weights that would fall outside
  /// the source are dropped and the others scaled up, so that edges keep their brightness.
  init(
    sourceCount: Int, count: Int, offset: Double = 0, step: Double, filter: ResizeFilter
  ) {
    let radius = filter == .area ? step / 2 : max(1, step)
    // How far a sample's center may be from a position's to be given any weight.
    let reach = filter == .area ? radius + 0.5 : radius
    let taps = min(Int((2 * reach).rounded(.up)), sourceCount)
    self.taps = taps
    starts = [Int32](repeating: 0, count: count)
    weights = [Float](repeating: 0, count: count * taps)
    var row = [Double](repeating: 0, count: taps)
    for position in 0..<count {
      let center = min(max(offset + (Double(position) + 0.5) * step, 0), Double(sourceCount))
      let first = Int((center - reach - 0.5).rounded(.down)) + 1
      // Every position reads `taps` samples: at the edges the window moves back into the source.
      let start = min(max(first, 0), sourceCount - taps)
      var sum = 0.0
      for tap in 0..<taps {
        let sample = Double(start + tap)
        switch filter {
        case .bilinear:
          row[tap] = max(0, 1 - abs(sample + 0.5 - center) / radius)
        case .area:
          row[tap] = max(0, min(sample + 1, center + radius) - max(sample, center - radius))
        }
        sum += row[tap]
      }
      starts[position] = Int32(start)
      for tap in 0..<taps { weights[position * taps + tap] = Float(row[tap] / sum) }
    }
  }

  /// Makes the weights of as many positions as there are samples from a function of both, for
  /// samples near the position.
  init(
    sourceCount: Int, count: Int, taps: Int, weight: (_ position: Int, _ sample: Int) -> Double
  ) {
    let taps = min(taps, sourceCount)
    self.taps = taps
    starts = [Int32](repeating: 0, count: count)
    weights = [Float](repeating: 0, count: count * taps)
    for position in 0..<count {
      let start = min(max(position - taps / 2, 0), sourceCount - taps)
      let row = (start..<start + taps).map { weight(position, $0) }
      let sum = row.reduce(0, +)
      starts[position] = Int32(start)
      for tap in 0..<taps { weights[position * taps + tap] = Float(row[tap] / sum) }
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
