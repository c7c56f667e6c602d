/// Each value from one of two strided tensors: from the first where the condition is other than 0.
///
/// All three may repeat along axes (broadcasting); the output is dense. Made for networks from files
/// (ONNX, "Where"); shapes are fixed. Inference only.
package struct Select: Op {
  /// Those of the condition and of both tensors.
  package let inputShapes: [Shape]
  package let output: Shape
  /// The extents of the output in the order of its memory, from the outermost to the innermost.
  package let extents: [Int]
  /// The layouts of the inputs along these extents.
  package let layouts: [StridedLayout]

  package init(inputs: [Shape], output: Shape, extents: [Int], layouts: [StridedLayout]) {
    precondition(inputs.count == 3 && layouts.count == 3, "three tensors are needed")
    StridedLayout.checkBroadcasting(layouts, of: inputs, to: output, extents)
    (inputShapes, self.output, self.extents, self.layouts) = (inputs, output, extents, layouts)
  }

  package var kind: String { "select" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkFixed(inputs, inputShapes)
    return output
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(forward: { pass in [loop(pass.inputs, pass.output)] }, backward: noBackward)
  }

  private func loop(_ inputs: [View], _ y: View) -> ParallelLoop {
    let (condition, first, second) = (inputs[0], inputs[1], inputs[2])
    let dense = layouts + [StridedLayout(strides: StridedLayout.rowMajor(extents))]
    let placed = zip(dense, inputs + [y]).compactMap { $0.placed(in: $1, extents) }
    let isPlaced = placed.count == dense.count
    let loop = StridedLoop(extents: extents, layouts: isPlaced ? placed : dense)
    let steps = SIMD4(loop.step(0), loop.step(1), loop.step(2), loop.step(3))
    func address(_ view: View, _ position: Int) -> UnsafeMutablePointer<Float> {
      isPlaced ? view.data + position : view.element(position)
    }
    let work = WorkPartition(units: loop.runs, costPerUnit: 16 * loop.runLength)
    return ParallelLoop(work) { begin, end in
      loop.forEachRun(begin..<end) { starts in
        var at = starts
        for _ in 0..<loop.runLength {
          let isFirst = address(condition, at[0]).pointee != 0
          address(y, at[3]).pointee =
            isFirst ? address(first, at[1]).pointee : address(second, at[2]).pointee
          at &+= steps
        }
      }
    }
  }
}
