import CGlimpseKernels

/// Enlarges by a whole factor: every pixel becomes a square of equal ones.
package struct NearestUpsample: Op {
  /// How many times larger, in both directions.
  package let factor: Int

  /// Makes the op; the factor is at least 1.
  package init(factor: Int) {
    precondition(factor >= 1, "an enlargement needs a factor of at least 1")
    self.factor = factor
  }

  /// `upsample`.
  package var kind: String { "upsample x\(factor)" }

  /// n, h * factor, w * factor, c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    return Shape(n: shape.n, h: shape.h * factor, w: shape.w * factor, c: shape.c)
  }

  /// Copies each pixel to its square.
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    let bytes = x.shape.c * x.precision.byteCount
    context.pool.forEachPart(of: y.shape.n * y.shape.h, costPerUnit: 4 * y.shape.w * y.shape.c) {
      begin, end in
      for row in begin..<end {
        // Rows of all images together: image borders fall on multiples of the factor.
        let (source, target) = (row / factor * x.shape.w, row * y.shape.w)
        for column in 0..<y.shape.w {
          y.pixel(target + column).copyMemory(
            from: x.pixel(source + column / factor), byteCount: bytes)
        }
      }
    }
  }

  /// dx is the sum of dy over the square.
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let (gx, gy) = (target.view, context.outputGradient)
    let table = context.kernels.elementwise
    let bytes = gx.shape.c * gx.precision.byteCount
    let (width, channels) = (gx.shape.w, gx.shape.c)
    context.pool.forEachPart(
      of: gx.shape.n * gx.shape.h, costPerUnit: 4 * width * channels * factor * factor
    ) { begin, end in
      for row in begin..<end {
        for column in 0..<width {
          let sum = gx.pixel(row * width + column)
          var isFirst = !target.accumulates
          for dy in 0..<factor {
            let line = (row * factor + dy) * gy.shape.w
            for dx in 0..<factor {
              let from = gy.pixel(line + column * factor + dx)
              if isFirst {
                sum.copyMemory(from: from, byteCount: bytes)
                isFirst = false
              } else {
                table.add(from, sum, sum, channels)
              }
            }
          }
        }
      }
    }
  }
}
