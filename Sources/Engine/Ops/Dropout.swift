import CGlimpseKernels

/// Sets values to zero at random while training and enlarges the others to make up for it.
///
/// y = x / (1 - rate) with probability 1 - rate, else 0; the identity in inference (Srivastava et
/// al. 2014, in the inverted form of all frameworks). Which values fall depends on the step's seed,
/// the node and the value's place alone, so backward finds the mask again without keeping it.
package struct Dropout: Op {
  /// The probability of zero, 0..<1.
  package let rate: Float

  /// Makes the op.
  package init(rate: Float) {
    precondition(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1, not \(rate)")
    self.rate = rate
  }

  /// `dropout`.
  package var kind: String { "dropout" }
  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { inputs[0] }

  /// Drops and scales in training, copies in inference.
  package func forward(_ context: ForwardContext) {
    let (input, output) = (context.inputs[0], context.output)
    guard context.isTraining, rate > 0 else {
      Rows.copy(input, to: output, pool: context.pool)
      return
    }
    drop(
      input, to: output, accumulates: false, seed: context.seed, pool: context.pool,
      table: context.kernels.elementwise)
  }

  /// dx = dy / (1 - rate) where the value was kept, else 0.
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    guard rate > 0 else {
      Rows.pass(context.outputGradient, to: target, pool: context.pool, kernels: context.kernels)
      return
    }
    drop(
      context.outputGradient, to: target.view, accumulates: target.accumulates,
      seed: context.seed, pool: context.pool, table: context.kernels.elementwise)
  }

  private func drop(
    _ x: View, to y: View, accumulates: Bool, seed: UInt64, pool: ThreadPool,
    table: gk_elementwise_table
  ) {
    // Random numbers have 24 bits.
    let threshold = UInt32((rate * 0x1p24).rounded())
    let scale = 1 / (1 - rate)
    let channels = x.shape.c
    pool.forEachPart(of: x.shape.pixels, costPerUnit: 24 * channels) { begin, end in
      if x.isDense && y.isDense {
        let first = begin * channels
        table.dropout(
          UInt(seed), UInt(first), threshold, scale, x.pixel(begin), y.pixel(begin),
          accumulates ? 1 : 0, (end - begin) * channels)
        return
      }
      for pixel in begin..<end {
        table.dropout(
          UInt(seed), UInt(pixel * channels), threshold, scale, x.pixel(pixel),
          y.pixel(pixel), accumulates ? 1 : 0, channels)
      }
    }
  }
}
