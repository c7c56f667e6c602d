/// A constant tensor of a network from a file, as an op without inputs: the parameter `value`.
package struct ConstantOp: Op {
  package let shape: Shape

  package init(_ shape: Shape) { self.shape = shape }

  package var kind: String { "constant" }
  package var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration(
        "value", shape: [shape.count], kind: .statistic, initializer: .constant(0))
    ]
  }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkFixed(inputs, [])
    return shape
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (values, y) = (pass.parameters[0], pass.output)
        return [
          ParallelLoop(WorkPartition(units: y.shape.pixels, costPerUnit: y.shape.c)) { begin, end in
            for pixel in begin..<end {
              (y.data + pixel * y.stride).update(
                from: values + pixel * y.shape.c, count: y.shape.c)
            }
          }
        ]
      }, backward: noBackward)
  }
}
