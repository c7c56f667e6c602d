/// An elementwise function of two strided tensors, which may repeat along axes (broadcasting).
///
/// The output is dense. Made for networks from files; shapes are fixed. Inference only.
package struct BinaryOp: Op {
  package let function: BinaryFunction
  package let inputShapes: [Shape]
  package let output: Shape
  /// The extents of the output in the order of its memory, from the outermost to the innermost.
  package let extents: [Int]
  /// The layouts of both inputs along these extents.
  package let layouts: [StridedLayout]

  package init(
    _ function: BinaryFunction, inputs: [Shape], output: Shape, extents: [Int],
    layouts: [StridedLayout]
  ) {
    StridedLayout.checkBroadcasting(layouts, of: inputs, to: output, extents)
    (self.function, inputShapes, self.output) = (function, inputs, output)
    (self.extents, self.layouts) = (extents, layouts)
  }

  package var kind: String { "\(function)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkFixed(inputs, inputShapes)
    return output
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in [loop(pass.inputs[0], pass.inputs[1], pass.output)] }, backward: noBackward
    )
  }

  private func loop(_ a: View, _ b: View, _ y: View) -> ParallelLoop {
    let dense = StridedLayout(strides: StridedLayout.rowMajor(extents))
    guard let first = layouts[0].placed(in: a, extents),
      let second = layouts[1].placed(in: b, extents), let target = dense.placed(in: y, extents)
    else {
      let loop = StridedLoop(extents: extents, layouts: layouts + [dense])
      return ParallelLoop(WorkPartition(units: loop.runs, costPerUnit: 40 * loop.runLength)) {
        begin, end in
        loop.forEachRun(begin..<end) { starts in
          for index in 0..<loop.runLength {
            y.element(starts[2] + index * loop.step(2)).pointee = function.value(
              a.element(starts[0] + index * loop.step(0)).pointee,
              b.element(starts[1] + index * loop.step(1)).pointee)
          }
        }
      }
    }
    let loop = StridedLoop(extents: extents, layouts: [first, second, target])
    let (count, steps) = (loop.runLength, (loop.step(0), loop.step(1)))
    let (xs, zs, ys) = (a.data, b.data, y.data)
    let work = WorkPartition(units: loop.runs, costPerUnit: 8 * count + 8)
    return ParallelLoop(work) { begin, end in
      loop.forEachRun(begin..<end) { starts in
        function.apply(xs + starts[0], steps.0, zs + starts[1], steps.1, ys + starts[2], count)
      }
    }
  }
}
