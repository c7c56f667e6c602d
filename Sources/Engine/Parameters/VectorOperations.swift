import CGlimpseKernels

/// Parallel operations on parameter blocks: optimizer steps, EMA updates, norms.
///
/// The work is split at fixed positions, so results do not depend on the number of threads.
package struct VectorOperations {
  let pool: ThreadPool
  let kernels: Kernels
  /// Floats per task: small enough for load balance, large enough to hide the scheduling overhead.
  private static let chunk = 1 << 16

  package init(pool: ThreadPool, kernels: Kernels) {
    self.pool = pool
    self.kernels = kernels
  }

  /// The Euclidean norm of a range of a block, accumulated in double precision.
  package func norm(_ block: ParameterBlock, in range: Range<Int>) -> Double {
    let values = UnsafePointer(block.memory.base)
    let kernel = kernels.optimizer.sum_of_squares
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.chunks(range)) { sums in
      let base = sums.baseAddress
      forEachChunk(of: range) { index, part in
        base?[index] = kernel?(values + part.lowerBound, part.count) ?? 0
      }
      return sums.reduce(0, +).squareRoot()
    }
  }

  /// One step of SGD with Nesterov momentum, as PyTorch computes it: with
  /// `g = gradientScale * gradient + decay * parameter` and `v = momentum * v + g`, the parameter
  /// becomes `parameter - rate * (g + momentum * v)`.
  package func sgdStep(
    in range: Range<Int>, parameters: ParameterBlock, gradients: ParameterBlock,
    velocity: ParameterBlock, rate: Double, momentum: Double, decay: Double, gradientScale: Double
  ) {
    let step = gk_sgd_step(
      rate: Float(rate), momentum: Float(momentum), decay: Float(decay),
      gradient_scale: Float(gradientScale))
    let (p, g, v) = (parameters.memory.base, gradients.memory.base, velocity.memory.base)
    let kernel = kernels.optimizer.sgd
    forEachChunk(of: range) { _, part in
      withUnsafePointer(to: step) {
        kernel?($0, g + part.lowerBound, p + part.lowerBound, v + part.lowerBound, part.count)
      }
    }
  }

  /// One step of AdamW (Loshchilov and Hutter 2019, algorithm 2), as PyTorch computes it.
  ///
  /// - Parameter iteration: The number of this step, from 1, for the bias correction of the
  ///   moments.
  package func adamWStep(
    in range: Range<Int>, parameters: ParameterBlock, gradients: ParameterBlock,
    firstMoment: ParameterBlock, secondMoment: ParameterBlock, iteration: Int, rate: Double,
    beta1: Double, beta2: Double, epsilon: Double, decay: Double, gradientScale: Double
  ) {
    let step = gk_adamw_step(
      rate: Float(rate / (1 - power(beta1, iteration))),
      root_scale: Float(1 / (1 - power(beta2, iteration)).squareRoot()),
      beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
      kept: Float(1 - rate * decay), gradient_scale: Float(gradientScale))
    let (p, g) = (parameters.memory.base, gradients.memory.base)
    let (first, second) = (firstMoment.memory.base, secondMoment.memory.base)
    let kernel = kernels.optimizer.adamw
    forEachChunk(of: range) { _, part in
      let start = part.lowerBound
      withUnsafePointer(to: step) {
        kernel?($0, g + start, p + start, first + start, second + start, part.count)
      }
    }
  }

  /// Updates an exponential moving average: `average += weight * (value - average)`.
  package func moveAverage(
    _ average: ParameterBlock, toward values: ParameterBlock, weight: Double, in range: Range<Int>
  ) {
    let (target, source) = (average.memory.base, UnsafePointer(values.memory.base))
    let kernel = kernels.optimizer.average
    forEachChunk(of: range) { _, part in
      kernel?(Float(weight), source + part.lowerBound, target + part.lowerBound, part.count)
    }
  }

  private static func chunks(_ range: Range<Int>) -> Int { (range.count + chunk - 1) / chunk }

  private func forEachChunk(of range: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
    pool.run(Self.chunks(range)) { index in
      let start = range.lowerBound + index * Self.chunk
      body(index, start..<min(start + Self.chunk, range.upperBound))
    }
  }
}

/// `base` to a non-negative integer power, by repeated squaring.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
