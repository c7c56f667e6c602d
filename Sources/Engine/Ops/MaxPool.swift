import CGlimpseKernels

/// The largest value of a window, per channel; padding never wins.
///
/// Input n, h, w, c; output n, (h + 2p - k) / s + 1, and so on, c. Where several are equally large,
/// the first in row order gets the whole gradient, as in PyTorch.
package struct MaxPool: Op {
  /// Rows and columns of the window.
  package let kernel: Extent
  /// The step between windows.
  package let stride: Extent
  /// Rows and columns around the image that windows may reach into, at most half the window.
  package let padding: Extent

  /// Makes the op; a nil stride is the window's size.
  package init(kernel: Extent, stride: Extent? = nil, padding: Extent = 0) {
    precondition(
      padding.h * 2 <= kernel.h && padding.w * 2 <= kernel.w,
      "the padding is at most half of the window")
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  /// `max pool`.
  package var kind: String { "max pool \(kernel)" }

  /// n, h', w', c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    let h = (shape.h + 2 * padding.h - kernel.h) / stride.h + 1
    let w = (shape.w + 2 * padding.w - kernel.w) / stride.w + 1
    guard shape.h + 2 * padding.h >= kernel.h, shape.w + 2 * padding.w >= kernel.w else {
      throw EngineError("\(shape) is too small for a window of \(kernel)")
    }
    return Shape(n: shape.n, h: h, w: w, c: shape.c)
  }

  /// One comparison for each value of a window.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count * kernel.h * kernel.w)
  }

  /// For each output value, which value of its window was the largest.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { output.count }

  /// The C description for tensors in memory.
  func descriptor(_ x: View, _ y: View) -> gk_pool {
    gk_pool(
      input_h: x.shape.h, input_w: x.shape.w, input_stride: x.stride, output_h: y.shape.h,
      output_w: y.shape.w, output_stride: y.stride, channels: x.shape.c, kernel_h: kernel.h,
      kernel_w: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h,
      pad_w: padding.w)
  }

  /// y = max over the window.
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    var pool = descriptor(x, y)
    let table = context.kernels.pooling
    let cost = y.shape.w * y.shape.c * kernel.h * kernel.w
    context.pool.forEachPart(of: y.shape.n * y.shape.h, costPerUnit: cost) { begin, end in
      table.max_forward(&pool, x.base, y.base, context.state, begin, end)
    }
  }

  /// dx is the sum of dy over the windows in which x was the largest.
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let (gx, gy) = (target.view, context.outputGradient)
    var pool = descriptor(gx, gy)
    let table = context.kernels.pooling
    let cost = gx.shape.w * gx.shape.c * (1 + kernel.h * kernel.w / stride.h / stride.w)
    context.pool.forEachPart(of: gx.shape.n * gx.shape.h, costPerUnit: cost) { begin, end in
      table.max_backward(
        &pool, gy.base, context.state, gx.base, target.accumulates ? 1 : 0, begin, end)
    }
  }
}
