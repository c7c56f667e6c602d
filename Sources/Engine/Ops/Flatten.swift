/// All values of an image as the channels of one pixel.
///
/// Input n, h, w, c; output n, 1, 1, h * w * c, channels innermost. PyTorch flattens c, h, w: the
/// weights of a linear layer behind this one have their inputs in another order there.
package struct Flatten: Op {
  /// Makes the op.
  package init() {}

  /// `flatten`.
  package var kind: String { "flatten" }

  /// n, 1, 1, h * w * c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    return Shape(n: shape.n, h: 1, w: 1, c: shape.h * shape.w * shape.c)
  }

  /// Copies the pixels one behind the other.
  package func forward(_ context: ForwardContext) {
    let input = context.inputs[0]
    for image in 0..<input.shape.n {
      Rows.copy(
        input.image(image), to: context.output.unflattened(image, like: input.shape),
        pool: context.pool)
    }
  }

  /// Copies or adds them back.
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    for image in 0..<target.view.shape.n {
      Rows.pass(
        context.outputGradient.unflattened(image, like: target.view.shape),
        to: GradientTarget(view: target.view.image(image), accumulates: target.accumulates),
        pool: context.pool, kernels: context.kernels)
    }
  }
}

extension View {
  /// One image.
  fileprivate func image(_ index: Int) -> View {
    let one = shape.with(n: 1)
    return View(
      base: pixel(index * one.pixels), precision: precision, shape: one, stride: stride)
  }

  /// One image's values, which lie in a single pixel of this tensor, as an image.
  fileprivate func unflattened(_ index: Int, like shape: Shape) -> View {
    View(base: pixel(index), precision: precision, shape: shape.with(n: 1), stride: shape.c)
  }
}
