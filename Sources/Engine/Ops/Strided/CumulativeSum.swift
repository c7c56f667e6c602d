/// Sums of each channel and all before it, per pixel; any shape. Inference only.
///
/// Sums are accumulated in double precision.
package struct CumulativeSum: Op {
  /// Whether a sum leaves out its own channel.
  package let isExclusive: Bool

  package init(isExclusive: Bool) { self.isExclusive = isExclusive }

  package var kind: String { "cumulative sum" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        return [
          ParallelLoop(WorkPartition(units: y.shape.pixels, costPerUnit: 4 * y.shape.c)) {
            begin, end in
            for pixel in begin..<end {
              let (source, target) = (x.data + pixel * x.stride, y.data + pixel * y.stride)
              var sum = 0.0
              for channel in 0..<y.shape.c {
                let before = sum
                sum += Double(source[channel])
                target[channel] = Float(isExclusive ? before : sum)
              }
            }
          }
        ]
      }, backward: noBackward)
  }
}
