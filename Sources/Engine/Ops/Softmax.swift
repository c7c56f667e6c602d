import CGlimpseKernels

/// Exponentials of the channels of each pixel over their sum.
///
/// y[c] = e^x[c] / sum e^x, computed after the largest is subtracted (Goodfellow et al. 2016, "Deep
/// Learning", eq. 6.29 and section 4.1). Any shape.
package struct Softmax: Op {
  /// Makes the op.
  package init() {}

  /// `softmax`.
  package var kind: String { "softmax" }
  /// The output.
  package var backwardReads: SavedTensors { .output }
  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { inputs[0] }
  /// An exponential, an addition and a multiplication a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 3 * Double(output.count) }

  /// y = e^x / sum e^x
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    let table = context.kernels.pixelwise
    context.pool.forEachPart(of: x.shape.pixels, costPerUnit: 24 * x.shape.c) { begin, end in
      table.softmax(
        x.pixel(begin), x.stride, y.pixel(begin), y.stride, end - begin,
        x.shape.c)
    }
  }

  /// dx = y * (dy - sum dy * y)
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let (y, gy, gx) = (context.output, context.outputGradient, target.view)
    let table = context.kernels.pixelwise
    context.pool.forEachPart(of: y.shape.pixels, costPerUnit: 16 * y.shape.c) { begin, end in
      table.softmax_backward(
        y.pixel(begin), y.stride, gy.pixel(begin), gy.stride,
        gx.pixel(begin), gx.stride, target.accumulates ? 1 : 0, end - begin,
        y.shape.c)
    }
  }
}
