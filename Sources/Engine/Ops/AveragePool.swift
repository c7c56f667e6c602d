/// The mean of a window, per channel.
///
/// Input n, h, w, c; output n, (h + 2p - k) / s + 1, and so on, c. Padding counts as zeros unless
/// `countsPadding` is false, when the divisor is the number of real values (as PyTorch's
/// `count_include_pad`).
package struct AveragePool: Op {
  /// Rows and columns of the window.
  package let kernel: Extent
  package let windows: AverageWindows

  /// Makes the op; a nil stride is the window's size, and the padding is at most half of it.
  package init(
    kernel: Extent, stride: Extent? = nil, padding: Extent = 0, countsPadding: Bool = true
  ) {
    precondition(
      padding.h * 2 <= kernel.h && padding.w * 2 <= kernel.w,
      "the padding is at most half of the window")
    self.kernel = kernel
    windows = AverageWindows(
      kernel: kernel, stride: stride ?? kernel, padding: padding, countsPadding: countsPadding)
  }

  /// `average pool` with its window.
  package var kind: String { "average pool \(kernel)" }

  /// n, h', w', c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    let (h, w) = (shape.h + 2 * windows.padding.h, shape.w + 2 * windows.padding.w)
    guard h >= kernel.h, w >= kernel.w else {
      throw EngineError("\(shape) is too small for a window of \(kernel)")
    }
    return Shape(
      n: shape.n, h: (h - kernel.h) / windows.stride.h + 1,
      w: (w - kernel.w) / windows.stride.w + 1, c: shape.c)
  }

  /// One addition for each value of a window.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count * kernel.h * kernel.w)
  }

  /// y = sum over the window / its size
  package func forward(_ context: ForwardContext) { windows.forward(context) }
  /// dx is the sum of dy / size over the windows that hold x.
  package func backward(_ context: BackwardContext) { windows.backward(context) }
}
