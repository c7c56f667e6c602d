import CGlimpseKernels

/// The mean over windows, forward and backward: what the average pools share.
package struct AverageWindows {
  var kernel: Extent = 1
  package var stride: Extent = 1
  package var padding: Extent = 0
  /// True where the windows share the image out instead of following from a kernel.
  var isAdaptive = false
  /// True where padding counts in the divisor.
  package var countsPadding = false

  private func descriptor(_ x: View, _ y: View) -> gk_average {
    gk_average(
      pool: gk_pool(
        input_h: x.shape.h, input_w: x.shape.w, input_stride: x.stride, output_h: y.shape.h,
        output_w: y.shape.w, output_stride: y.stride, channels: x.shape.c, kernel_h: kernel.h,
        kernel_w: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h,
        pad_w: padding.w),
      adaptive: isAdaptive ? 1 : 0, counts_padding: countsPadding ? 1 : 0)
  }

  /// About how many input values an output row takes.
  private func rowCost(_ x: Shape, _ y: Shape) -> Int {
    isAdaptive ? x.w * x.c * max(1, x.h / y.h) : y.w * x.c * kernel.h * kernel.w
  }

  func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    var windows = descriptor(x, y)
    let table = context.kernels.pooling
    context.pool.forEachPart(of: y.shape.n * y.shape.h, costPerUnit: rowCost(x.shape, y.shape)) {
      table.average_forward(&windows, x.base, y.base, $0, $1)
    }
  }

  func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let (gx, gy) = (target.view, context.outputGradient)
    var windows = descriptor(gx, gy)
    let table = context.kernels.pooling
    let cost = rowCost(gx.shape, gy.shape) * gy.shape.h / gx.shape.h + gx.shape.w * gx.shape.c
    context.pool.forEachPart(of: gx.shape.n * gx.shape.h, costPerUnit: cost) {
      table.average_backward(&windows, gy.base, gx.base, target.accumulates ? 1 : 0, $0, $1)
    }
  }
}
