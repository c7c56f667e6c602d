/// The product of two tensors of matrices, both computed: y = a b, batch by batch.
///
/// Input a: batches, 1, rows, inner; input b: batches, 1, inner, columns; output batches, 1, rows,
/// columns. Inference only.
package struct MatrixProduct: Op {
  package init() {}

  package var kind: String { "matrix product" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let a = try checked(inputs, count: 2)
    let b = inputs[1]
    guard a.n == b.n, a.h == 1, b.h == 1, a.c == b.w else {
      throw EngineError("matrices of \(a) and \(b) have no product")
    }
    return Shape(n: a.n, h: 1, w: a.w, c: b.c)
  }

  /// Two operations per multiply-add.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.count * inputs[0].c)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (a, b, y) = (pass.inputs[0], pass.inputs[1], pass.output)
        let (inner, columns) = (a.shape.c, b.shape.c)
        let work = WorkPartition(units: y.shape.pixels, costPerUnit: 2 * inner * columns)
        return [
          ParallelLoop(work) { begin, end in
            for row in begin..<end {
              let target = y.data + row * y.stride
              target.update(repeating: 0, count: columns)
              let first = row / a.shape.w * inner
              for k in 0..<inner {
                let factor = a.data[row * a.stride + k]
                let source = b.data + (first + k) * b.stride
                for column in 0..<columns { target[column] += factor * source[column] }
              }
            }
          }
        ]
      }, backward: noBackward)
  }
}
