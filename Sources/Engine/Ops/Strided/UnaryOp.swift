/// An elementwise function of one tensor, any shape. Inference only.
package struct UnaryOp: Op {
  package let function: UnaryFunction

  package init(_ function: UnaryFunction) { self.function = function }

  package var kind: String { "\(function)".prefix { $0 != "(" }.lowercased() }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }

  /// One operation per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        [
          .rows(pass.inputs[0], pass.output) { x, y, count in
            function.apply(
              x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self), count)
          }
        ]
      }, backward: noBackward)
  }
}
