/// Concatenation of tensors of equal n, h, w along the channels.
///
/// Inputs whose producers write directly into the output are not copied.
package struct Concat: Op {
  package init() {}

  package var kind: String { "concat" }

  /// n, h, w and the sum of the channels.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard let first = inputs.first, inputs.allSatisfy({ $0.with(c: first.c) == first }) else {
      throw EngineError("a concatenation takes inputs of equal n, h, w, but got \(inputs)")
    }
    return first.with(c: inputs.reduce(0) { $0 + $1.c })
  }

  package func inputSlices(_ inputs: [Shape]) -> [Int]? {
    var next = 0
    return inputs.map { shape in
      defer { next += shape.c }
      return next
    }
  }

  /// Copies the inputs that are not already stored inside the output.
  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    let channels = inputSlices(context.inputs) ?? []
    func slices(of whole: View) -> [View] {
      zip(channels, context.inputs).map { whole.slice(from: $0, shape: $1) }
    }
    return OpPlan(
      forward: { pass in
        zip(pass.inputs, slices(of: pass.output)).compactMap { input, slice in
          input.base == slice.base ? nil : .copy(input, to: slice)
        }
      },
      backward: { pass in
        zip(pass.inputGradients, slices(of: pass.outputGradient)).compactMap { target, slice in
          guard let target, target.view.base != slice.base else { return nil }
          return .pass(slice, to: target, kernels)
        }
      })
  }
}
