import CGlimpseKernels

/// The largest value of a window, per channel; padding never wins.
///
/// Input n, h, w, c; output n, (h + 2p - k) / s + 1, and so on, c. Where several are equally large,
/// the first in row order gets the whole gradient, as in PyTorch.
package struct MaxPool: Op {
  package let kernel: Extent
  package let stride: Extent
  /// Rows and columns around the image that windows may reach into, at most half the window.
  package let padding: Extent

  /// A nil stride is the window's size.
  package init(kernel: Extent, stride: Extent? = nil, padding: Extent = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  package var kind: String { "max pool \(kernel)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs).pooled(kernel, stride: stride, padding: padding)
  }

  /// One comparison for each value of a window.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count * kernel.h * kernel.w)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    return OpPlan(
      // For each output value, the index of the largest value in its window.
      stateCount: context.output.count,
      forward: { pass in
        [pooling(pass.inputs[0], to: pass.output, winners: pass.state, kernels)]
      },
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        let width = target.view.shape.w * target.view.shape.c
        return [
          scattering(
            pass.outputGradient, winners: pass.state, to: target,
            costPerRow: width * (1 + kernel.h * kernel.w / stride.h / stride.w), kernels)
        ]
      })
  }

  func descriptor(_ x: View, _ y: View) -> gk_pool {
    gk_pool(x, y, kernel: kernel, stride: stride, padding: padding)
  }

  /// y = max over the window.
  func pooling(
    _ x: View, to y: View, winners: UnsafeMutablePointer<Float>?, _ kernels: Kernels
  ) -> ParallelLoop {
    let (pool, table) = (descriptor(x, y), kernels.pooling)
    let cost = y.shape.w * y.shape.c * kernel.h * kernel.w
    return ParallelLoop(rows: y.shape, costPerRow: cost, pool) {
      table.max_forward($0, x.base, y.base, winners, $1, $2)
    }
  }

  /// Adds each value of an output to the input that was the largest of its window.
  func scattering(
    _ y: View, winners: UnsafeMutablePointer<Float>, to target: GradientTarget, costPerRow: Int,
    _ kernels: Kernels
  ) -> ParallelLoop {
    let (x, table, accumulate) = (target.view, kernels.pooling, target.accumulate)
    return ParallelLoop(rows: x.shape, costPerRow: costPerRow, descriptor(x, y)) {
      table.max_backward($0, y.base, winners, x.base, accumulate, $1, $2)
    }
  }
}
