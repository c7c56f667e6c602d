import CGlimpseKernels

/// The interpolation of a resize.
package enum ResizeFilter: Hashable, Sendable, CaseIterable {
  /// Linear interpolation when enlarging; when shrinking, a triangle as wide as two target pixels
  /// (antialiased bilinear, as in torchvision and Pillow).
  case bilinear
  /// Linear interpolation of the two nearest samples, also when shrinking (OpenCV's INTER_LINEAR).
  case linear
  /// The mean over the area of a target pixel.
  case area
}

/// Resampling weights along one axis.
struct ResampleAxis {
  /// The first source sample of each output position.
  private(set) var starts: [Int32]
  /// `taps` weights per output position; they sum to 1.
  private(set) var weights: [Float]
  /// Source samples per output position.
  let taps: Int

  var count: Int { starts.count }

  /// The weights of `count` output positions, each `step` source pixels wide, in a source of
  /// `sourceCount` samples. Weights outside the source are dropped and the others renormalized, so
  /// that edges keep their brightness.
  init(sourceCount: Int, count: Int, step: Double, filter: ResizeFilter) {
    switch filter {
    case .bilinear:
      let radius = max(1, step)
      self.init(sourceCount: sourceCount, count: count, step: step, reach: radius) {
        max(0, 1 - abs($0 + 0.5 - $1) / radius)
      }
    case .linear:
      self.init(sourceCount: sourceCount, count: count, step: step, reach: 1) {
        max(0, 1 - abs($0 + 0.5 - $1))
      }
    case .area:
      let radius = step / 2
      self.init(sourceCount: sourceCount, count: count, step: step, reach: radius + 0.5) {
        max(0, min($0 + 1, $1 + radius) - max($0, $1 - radius))
      }
    }
  }

  /// Weights as a function of a source sample and a position's center, for samples whose centers
  /// lie within `reach` of it.
  @inline(__always)
  init(
    sourceCount: Int, count: Int, step: Double, reach: Double,
    weight: (_ sample: Double, _ center: Double) -> Double
  ) {
    let taps = min(Int((2 * reach).rounded(.up)), sourceCount)
    self.taps = taps
    starts = [Int32](repeating: 0, count: count)
    weights = [Float](repeating: 0, count: count * taps)
    var row = [Double](repeating: 0, count: taps)
    for position in 0..<count {
      let center = min(max((Double(position) + 0.5) * step, 0), Double(sourceCount))
      let first = Int((center - reach - 0.5).rounded(.down)) + 1
      // Every position has `taps` samples: at the edges, the window is moved back into the source.
      let start = min(max(first, 0), sourceCount - taps)
      var sum = 0.0
      for tap in 0..<taps {
        row[tap] = weight(Double(start + tap), center)
        sum += row[tap]
      }
      starts[position] = Int32(start)
      for tap in 0..<taps { weights[position * taps + tap] = Float(row[tap] / sum) }
    }
  }

  /// Calls `body` with the weights in the kernels' representation.
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
