import CGlimpseKernels

/// Softmax over the channels of each pixel, any shape.
///
/// y[c] = e^x[c] / sum e^x, computed after subtracting the maximum to prevent overflow (Goodfellow
/// et al. 2016, "Deep Learning", eq. 6.29 and section 4.1).
package struct Softmax: Op {
  package init() {}

  package var kind: String { "softmax" }
  package var savedTensors: SavedTensors { .output }
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }
  /// An exponential, an addition and a multiplication per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 3 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.pixelwise
    let (pixels, channels) = (context.output.pixels, context.output.c)
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let work = WorkPartition(units: pixels, costPerUnit: 24 * channels)
        return [
          ParallelLoop(work) { begin, end in
            table.softmax(
              x.pixel(begin), x.stride, y.pixel(begin), y.stride, end - begin, channels)
          }
        ]
      },
      // dx = y * (dy - sum dy * y)
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        let (y, gy, gx) = (pass.output, pass.outputGradient, target.view)
        let work = WorkPartition(units: pixels, costPerUnit: 16 * channels)
        let accumulate = target.accumulate
        return [
          ParallelLoop(work) { begin, end in
            table.softmax_backward(
              y.pixel(begin), y.stride, gy.pixel(begin), gy.stride, gx.pixel(begin), gx.stride,
              accumulate, end - begin, channels)
          }
        ]
      })
  }
}
