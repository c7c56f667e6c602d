/// Tensors of equal n, h, w side by side along the channels.
///
/// Where the plan lets the inputs' producers write straight into the output, nothing is copied.
package struct Concat: Op {
  /// Makes the op.
  package init() {}

  /// `concat`.
  package var kind: String { "concat" }

  /// n, h, w and the sum of the channels.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard let first = inputs.first, inputs.allSatisfy({ $0.with(c: first.c) == first }) else {
      throw EngineError("a concatenation needs inputs of equal n, h, w, and got \(inputs)")
    }
    return first.with(c: inputs.reduce(0) { $0 + $1.c })
  }

  /// One behind the other.
  package func inputSlices(_ inputs: [Shape]) -> [Int]? {
    var next = 0
    return inputs.map { shape in
      defer { next += shape.c }
      return next
    }
  }

  /// Copies the inputs that do not lie in the output already.
  package func forward(_ context: ForwardContext) {
    for (input, slice) in zip(context.inputs, slices(of: context.output, context.inputs))
    where input.base != slice.base {
      Rows.copy(input, to: slice, pool: context.pool)
    }
  }

  /// Hands each input its slice of the gradient, unless it lies there already.
  package func backward(_ context: BackwardContext) {
    let parts = slices(of: context.outputGradient, context.inputs)
    for (target, slice) in zip(context.inputGradients, parts) {
      guard let target, target.view.base != slice.base else { continue }
      Rows.pass(slice, to: target, pool: context.pool, kernels: context.kernels)
    }
  }

  private func slices(of whole: View, _ inputs: [View]) -> [View] {
    zip(inputs, inputSlices(inputs.map(\.shape)) ?? []).map { input, channel in
      whole.slice(from: channel, shape: input.shape)
    }
  }
}
