import CGlimpseKernels

/// Average pooling: with a kernel, adaptive to an output size, or global.
///
/// Input n, h, w, c; output n, h', w', c with h' = (h + 2p - k) / s + 1, likewise w'. Adaptive
/// windows are PyTorch's: output row i covers input rows floor(i h / h') ..< ceil((i + 1) h / h').
package struct AveragePool: Op {
  package enum Windows: Hashable, Sendable {
    /// `countsPadding` is PyTorch's `count_include_pad`: if false, the divisor is the number of
    /// window pixels inside the image.
    case kernel(Extent, stride: Extent, padding: Extent, countsPadding: Bool)
    /// Windows for an output of h x w pixels.
    case adaptive(Extent)
    /// One window over the whole image (Lin et al. 2014, "Network In Network", section 3.2).
    case global
  }

  package let windows: Windows

  /// A nil stride defaults to the kernel size; the padding is at most half the kernel size.
  package init(
    kernel: Extent, stride: Extent? = nil, padding: Extent = 0, countsPadding: Bool = true
  ) {
    windows = .kernel(
      kernel, stride: stride ?? kernel, padding: padding, countsPadding: countsPadding)
  }

  private init(_ windows: Windows) { self.windows = windows }

  package static func adaptive(_ output: Extent) -> AveragePool { AveragePool(.adaptive(output)) }
  package static let global = AveragePool(.global)

  package var kind: String {
    switch windows {
    case .kernel(let kernel, _, _, _): "average pool \(kernel)"
    case .adaptive(let output): "adaptive average pool \(output)"
    case .global: "global average pool"
    }
  }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    switch windows {
    case .kernel(let kernel, let stride, let padding, _):
      return try shape.pooled(kernel, stride: stride, padding: padding)
    case .adaptive(let output):
      return try Shape.checked(n: shape.n, h: output.h, w: output.w, c: shape.c)
    case .global: return Shape(n: shape.n, h: 1, w: 1, c: shape.c)
    }
  }

  /// One addition per window value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    guard case .kernel(let kernel, _, _, _) = windows else { return Double(inputs[0].count) }
    return Double(output.count * kernel.h * kernel.w)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.pooling
    let (input, output) = (context.inputs[0], context.output)
    let rowCost = rowCost(input, output)
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        return [
          ParallelLoop(rows: output, costPerRow: rowCost, descriptor(x, y)) {
            table.average_forward($0, x.base, y.base, $1, $2)
          }
        ]
      },
      // dx is the sum of dy / size over the windows that contain x.
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        let (gx, gy, accumulate) = (target.view, pass.outputGradient, target.accumulate)
        let cost = rowCost * output.h / input.h + input.w * input.c
        return [
          ParallelLoop(rows: input, costPerRow: cost, descriptor(gx, gy)) {
            table.average_backward($0, gy.base, gx.base, accumulate, $1, $2)
          }
        ]
      })
  }

  private func descriptor(_ x: View, _ y: View) -> gk_average {
    guard case .kernel(let kernel, let stride, let padding, let countsPadding) = windows else {
      return gk_average(
        pool: gk_pool(x, y, kernel: 1, stride: 1, padding: 0), adaptive: 1, counts_padding: 0)
    }
    return gk_average(
      pool: gk_pool(x, y, kernel: kernel, stride: stride, padding: padding), adaptive: 0,
      counts_padding: countsPadding ? 1 : 0)
  }

  /// The approximate number of input values per output row.
  private func rowCost(_ x: Shape, _ y: Shape) -> Int {
    guard case .kernel(let kernel, _, _, _) = windows else {
      return x.w * x.c * max(1, x.h / y.h)
    }
    return y.w * x.c * kernel.h * kernel.w
  }
}

extension Shape {
  /// The output shape of pooling.
  func pooled(_ kernel: Extent, stride: Extent, padding: Extent) throws(EngineError) -> Shape {
    let range = 1...1 << 12
    guard [kernel.h, kernel.w, stride.h, stride.w].allSatisfy(range.contains),
      (0...kernel.h / 2).contains(padding.h), (0...kernel.w / 2).contains(padding.w)
    else {
      throw EngineError(
        "kernel size and stride must be 1 to 4096, and padding at most half the kernel, not "
          + "\(kernel), \(stride) and \(padding)")
    }
    let (h, w) = (h + 2 * padding.h - kernel.h, w + 2 * padding.w - kernel.w)
    guard h >= 0, w >= 0 else {
      throw EngineError("a kernel of \(kernel) with padding \(padding) does not fit into \(self)")
    }
    return Shape(n: n, h: h / stride.h + 1, w: w / stride.w + 1, c: c)
  }
}

extension gk_pool {
  /// The C description of a kernel's windows for tensors in memory.
  init(_ x: View, _ y: View, kernel: Extent, stride: Extent, padding: Extent) {
    self.init(
      input_h: x.shape.h, input_w: x.shape.w, input_stride: x.stride, output_h: y.shape.h,
      output_w: y.shape.w, output_stride: y.stride, channels: x.shape.c, kernel_h: kernel.h,
      kernel_w: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h,
      pad_w: padding.w)
  }
}
