import CGlimpseKernels

/// Enlarges by a whole factor, mixing the four nearest pixels.
///
/// Input n, h, w, c; output n, h * factor, w * factor, c. Output row i lies at input row
/// (i + 1/2) / factor - 1/2, cut to the image; or, with aligned corners, at
/// i (h - 1) / (h * factor - 1), so that the corner pixels' centers coincide. Both as PyTorch.
package struct BilinearUpsample: Op {
  /// How many times larger, in both directions.
  package let factor: Int
  /// True where the corner pixels' centers coincide, instead of the images' corners.
  package let alignsCorners: Bool

  /// Makes the op; the factor is at least 1.
  package init(factor: Int, alignCorners: Bool = false) {
    precondition(factor >= 1, "an enlargement needs a factor of at least 1")
    self.factor = factor
    alignsCorners = alignCorners
  }

  /// `bilinear upsample` with its factor.
  package var kind: String { "bilinear upsample x\(factor)" }

  /// n, h * factor, w * factor, c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    return Shape(n: shape.n, h: shape.h * factor, w: shape.w * factor, c: shape.c)
  }

  /// Three mixtures a value, of a multiplication and two additions each.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 9 * Double(output.count) }

  /// For each output row and column, where it is mixed from.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * (output.h + output.w)
  }

  /// The same.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    forwardScratchCount(inputs, output)
  }

  /// The first source of each output row or column, then the share of the second, for each.
  private func fillSources(_ table: UnsafeMutablePointer<Float>, input: Int) {
    let output = input * factor
    for index in 0..<output {
      let place =
        alignsCorners
        ? Double(index) * Double(input - 1) / Double(max(1, output - 1))
        : max(0, (Double(index) + 0.5) / Double(factor) - 0.5)
      let first = min(Int(place), input - 1)
      table[index] = Float(first)
      table[output + index] = first == input - 1 ? 0 : Float(place - Double(first))
    }
  }

  private func descriptor(_ x: View, _ y: View, _ scratch: UnsafeMutablePointer<Float>)
    -> gk_bilinear
  {
    let columns = scratch + 2 * y.shape.h
    fillSources(scratch, input: x.shape.h)
    fillSources(columns, input: x.shape.w)
    return gk_bilinear(
      input_h: x.shape.h, input_w: x.shape.w, input_stride: x.stride, output_h: y.shape.h,
      output_w: y.shape.w, output_stride: y.stride, channels: x.shape.c, rows: scratch,
      columns: columns)
  }

  /// y = mixture of four x
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    var geometry = descriptor(x, y, context.scratch)
    let table = context.kernels.resampling
    context.pool.forEachPart(of: y.shape.n * y.shape.h, costPerUnit: 8 * y.shape.w * y.shape.c) {
      table.bilinear(&geometry, x.base, y.base, $0, $1)
    }
  }

  /// dx is the sum of dy by x's share in each y.
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let (gx, gy) = (target.view, context.outputGradient)
    var geometry = descriptor(gx, gy, context.scratch)
    let table = context.kernels.resampling
    let cost = 8 * gy.shape.w * gy.shape.c * factor
    context.pool.forEachPart(of: gx.shape.n * gx.shape.h, costPerUnit: cost) {
      table.bilinear_backward(&geometry, gy.base, gx.base, target.accumulates ? 1 : 0, $0, $1)
    }
  }
}
