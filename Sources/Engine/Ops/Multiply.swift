import CGlimpseKernels

/// The product of two tensors, value by value.
///
/// Both are n, h, w, c; or the second is n, 1, 1, c and gates the channels of the first, as in
/// squeeze and excitation (Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 4).
package struct Multiply: Op {
  /// Makes the op.
  package init() {}

  /// `multiply`.
  package var kind: String { "multiply" }
  /// The inputs.
  package var backwardReads: SavedTensors { .inputs }

  /// The first input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs.count == 2, inputs[0] == inputs[1] || inputs[1] == Self.gate(inputs[0]) else {
      throw EngineError(
        "a product needs two inputs of one shape, or a second one of n, 1, 1, c, and got \(inputs)")
    }
    return inputs[0]
  }

  private static func gate(_ shape: Shape) -> Shape { Shape(n: shape.n, h: 1, w: 1, c: shape.c) }

  /// One a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  /// Partial sums of a gate's gradient.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    inputs[0] == inputs[1] ? 0 : Self.gateParts(output) * output.c * output.n
  }

  /// Parts of one image's sum: a number for any thread count and batch size.
  private static func gateParts(_ shape: Shape) -> Int {
    min(shape.h * shape.w, WorkPartition.reductionParts)
  }

  /// y = a * b
  package func forward(_ context: ForwardContext) {
    Self.multiply(
      context.inputs[0], context.inputs[1], to: context.output, accumulates: false,
      pool: context.pool, table: context.kernels.elementwise)
  }

  /// da = dy * b, db = dy * a; a gate's is the sum over its image.
  package func backward(_ context: BackwardContext) {
    let (a, b, gradient) = (context.inputs[0], context.inputs[1], context.outputGradient)
    let table = context.kernels.elementwise
    if let target = context.inputGradients[0] {
      Self.multiply(
        gradient, b, to: target.view, accumulates: target.accumulates, pool: context.pool,
        table: table)
    }
    guard let target = context.inputGradients[1] else { return }
    if a.shape == b.shape {
      Self.multiply(
        gradient, a, to: target.view, accumulates: target.accumulates, pool: context.pool,
        table: table)
    } else {
      gateGradient(context, target)
    }
  }

  private func gateGradient(_ context: BackwardContext, _ target: GradientTarget) {
    let (a, gradient) = (context.inputs[0], context.outputGradient)
    let (channels, pixels) = (a.shape.c, a.shape.h * a.shape.w)
    let parts = Self.gateParts(a.shape)
    let table = context.kernels.elementwise
    context.pool.run(a.shape.n * parts) { task in
      let (begin, end) = WorkPartition.range(of: pixels, part: task % parts, parts: parts)
      let first = task / parts * pixels + begin
      let sum = context.scratch + task * channels
      sum.update(repeating: 0, count: channels)
      table.product_sums(
        a.pixel(first), a.stride, gradient.pixel(first), gradient.stride, sum, end - begin, channels
      )
    }
    for image in 0..<a.shape.n {
      let sum = context.scratch + image * parts * channels
      for part in 1..<max(parts, 1) {
        for c in 0..<channels { sum[c] += sum[part * channels + c] }
      }
      table.from_floats(sum, target.view.pixel(image), target.accumulates ? 1 : 0, channels)
    }
  }

  /// y = a * b or y += a * b, with b of a's shape or of n, 1, 1, c.
  private static func multiply(
    _ a: View, _ b: View, to y: View, accumulates: Bool, pool: ThreadPool,
    table: gk_elementwise_table
  ) {
    let (channels, pixels) = (a.shape.c, a.shape.h * a.shape.w)
    let isGate = a.shape != b.shape
    let isDense = !isGate && a.isDense && b.isDense && y.isDense
    pool.forEachPart(of: a.shape.n * a.shape.h, costPerUnit: 8 * a.shape.w * channels) {
      begin, end in
      for row in begin..<end {
        let pixel = row * a.shape.w
        let (first, result) = (a.pixel(pixel), y.pixel(pixel))
        let second = b.pixel(isGate ? pixel / pixels : pixel)
        if isDense {
          table.multiply(
            first, 0, second, 0, result, 0, accumulates ? 1 : 0, 1, a.shape.w * channels)
        } else {
          table.multiply(
            first, a.stride, second, isGate ? 0 : b.stride, result, y.stride, accumulates ? 1 : 0,
            a.shape.w, channels)
        }
      }
    }
  }
}
