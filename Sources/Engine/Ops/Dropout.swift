import CGlimpseKernels

/// Inverted dropout (Srivastava et al. 2014); the identity in inference.
///
/// Any shape. In training y = x / (1 - rate) with probability 1 - rate, else 0. The mask depends
/// only on the step's seed, the node and the value's index, so backward recomputes it.
package struct Dropout: Op {
  /// The probability of setting a value to zero, 0..<1.
  package let rate: Float

  package init(rate: Float) {
    self.rate = rate
  }

  package var kind: String { "dropout" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard rate >= 0, rate < 1 else {
      throw EngineError("a dropout rate must be at least 0 and below 1, not \(rate)")
    }
    return try checked(inputs)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    guard rate > 0, context.isTraining else {
      return OpPlan(
        forward: { pass in [.copy(pass.inputs[0], to: pass.output)] },
        backward: { pass in
          pass.inputGradients[0].map { [.pass(pass.outputGradient, to: $0, kernels)] } ?? []
        })
    }
    return OpPlan(
      forward: { pass in [drop(pass.inputs[0], pass.output, 0, seed: pass.seed, kernels)] },
      // dx = dy / (1 - rate) for values that were kept, else 0
      backward: { pass in
        pass.inputGradients[0].map {
          [drop(pass.outputGradient, $0.view, $0.accumulate, seed: pass.seed, kernels)]
        } ?? []
      })
  }

  private func drop(
    _ x: View, _ y: View, _ accumulate: Int32, seed: UnsafePointer<UInt64>, _ kernels: Kernels
  ) -> ParallelLoop {
    let table = kernels.elementwise
    // The kernel compares 24-bit random integers.
    let threshold = UInt32((rate * 0x1p24).rounded())
    let scale = 1 / (1 - rate)
    let channels = x.shape.c
    let isDense = x.isDense && y.isDense
    return ParallelLoop(WorkPartition(units: x.shape.pixels, costPerUnit: 24 * channels)) {
      begin, end in
      let run = isDense ? end - begin : 1
      for pixel in stride(from: begin, to: end, by: max(1, run)) {
        table.dropout(
          UInt(seed.pointee), UInt(pixel * channels), threshold, scale, x.pixel(pixel),
          y.pixel(pixel), accumulate, run * channels)
      }
    }
  }
}
