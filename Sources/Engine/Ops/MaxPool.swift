import CGlimpseKernels

/// Max pooling; padding counts as minus infinity.
///
/// Input n, h, w, c; output n, h', w', c with h' = (h + 2p - k) / s + 1, likewise w'. Of equal
/// maxima, the first in row-major order gets the whole gradient, and a NaN in a window is its
/// maximum, as in PyTorch.
package struct MaxPool: Op {
  package let kernel: Extent
  package let stride: Extent
  /// The padding on each side, at most half the kernel size.
  package let padding: Extent

  /// A nil stride defaults to the kernel size.
  package init(kernel: Extent, stride: Extent? = nil, padding: Extent = 0) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
  }

  package var kind: String { "max pool \(kernel)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs).pooled(kernel, stride: stride, padding: padding)
  }

  /// One comparison per window value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count * kernel.h * kernel.w)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    return OpPlan(
      // For each output value, the index of the maximum in its window.
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

  /// Computes the maxima and, if `winners` is given, their positions in the window.
  func pooling(
    _ x: View, to y: View, winners: UnsafeMutablePointer<Float>?, _ kernels: Kernels
  ) -> ParallelLoop {
    let (pool, table) = (descriptor(x, y), kernels.pooling)
    let cost = y.shape.w * y.shape.c * (WorkPartition.copyCost + kernel.h * kernel.w)
    return ParallelLoop(rows: y.shape, costPerRow: cost, pool) {
      table.max_forward($0, x.base, y.base, winners, $1, $2)
    }
  }

  /// Adds each output gradient to the input that was the maximum of its window.
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
