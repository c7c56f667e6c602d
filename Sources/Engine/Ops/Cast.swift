import CGlimpseKernels

/// Conversion between `f32` and `bf16`, any shape.
///
/// Models do not contain casts; a `bf16` plan inserts them at inputs and outputs.
struct Cast: Op {
  var kind: String { "cast" }
  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }

  /// y = x and dx = dy, rounded to the target precision.
  func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.elementwise
    func convert(_ x: View, to y: View, accumulate: Int32) -> ParallelLoop {
      x.precision == .f32
        ? .rows(x, y) { from, to, count in
          table.from_floats(from.assumingMemoryBound(to: Float.self), to, accumulate, count)
        }
        : .rows(x, y) { from, to, count in
          table.to_floats(from, to.assumingMemoryBound(to: Float.self), accumulate, count)
        }
    }
    return OpPlan(
      forward: { pass in [convert(pass.inputs[0], to: pass.output, accumulate: 0)] },
      backward: { pass in
        pass.inputGradients[0].map {
          [convert(pass.outputGradient, to: $0.view, accumulate: $0.accumulate)]
        } ?? []
      })
  }
}
