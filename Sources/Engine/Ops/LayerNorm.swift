import CGlimpseKernels

/// Layer normalization over the channels of each pixel.
///
/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias with the pixel's own mean and biased
/// variance (Ba, Kiros, Hinton 2016, section 3.1), as PyTorch's LayerNorm(c) does to n, h, w, c.
package struct LayerNorm: Op {
  /// Channels of input and output.
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float

  /// Makes a normalization of `channels` channels.
  package init(channels: Int, epsilon: Float = 1e-5) {
    self.channels = channels
    self.epsilon = epsilon
  }

  /// `layer norm`.
  package var kind: String { "layer norm" }

  /// `weight` and `bias`, each [channels].
  package var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", shape: [channels], kind: .bias, initializer: .constant(1)),
      ParameterDeclaration("bias", shape: [channels], kind: .bias, initializer: .constant(0)),
    ]
  }

  /// The inputs.
  package var backwardReads: SavedTensors { .inputs }

  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs[0].c == channels else {
      throw EngineError("a layer norm of \(channels) channels got \(inputs[0])")
    }
    return inputs[0]
  }

  /// Two additions for the statistics, a multiplication and an addition for the result, a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 5 * Double(output.count) }

  /// Mean and inverse deviation of each pixel.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { 2 * output.pixels }

  /// The same where no state is kept.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int { 2 * output.pixels }

  /// Partial sums of the parameters' gradients, one pair a part.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * channels * WorkPartition.reductionParts
  }

  /// y = xhat * weight + bias
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    let mean = context.state ?? context.scratch
    let inverse = mean + x.shape.pixels
    let (weight, bias) = (context.parameters[0], context.parameters[1])
    let table = context.kernels.pixelwise
    context.pool.forEachPart(of: x.shape.pixels, costPerUnit: 24 * channels) { begin, end in
      table.layer_norm(
        x.pixel(begin), x.stride, weight, bias, epsilon, y.pixel(begin),
        y.stride, mean + begin, inverse + begin, end - begin, channels)
    }
  }

  /// With g = dy * weight: dw = sum dy * xhat, db = sum dy, and
  /// dx = (g - mean of g - xhat * mean of g * xhat) / deviation, the means over the channels.
  package func backward(_ context: BackwardContext) {
    let (x, gy) = (context.inputs[0], context.outputGradient)
    let target = context.inputGradients[0]
    let (mean, inverse) = (context.state, context.state + x.shape.pixels)
    let weight = context.parameters[0]
    let table = context.kernels.pixelwise
    let parts = min(x.shape.pixels, WorkPartition.reductionParts)
    context.pool.run(parts) { part in
      let (begin, end) = WorkPartition.range(of: x.shape.pixels, part: part, parts: parts)
      let sums = context.scratch + 2 * part * channels
      sums.update(repeating: 0, count: 2 * channels)
      table.layer_norm_backward(
        x.pixel(begin), x.stride, weight, mean + begin, inverse + begin,
        gy.pixel(begin), gy.stride,
        target.map { $0.view.pixel(begin) }, target?.view.stride ?? 0,
        target?.accumulates == true ? 1 : 0, sums, sums + channels, end - begin, channels)
    }
    for part in 0..<parts {
      for (index, gradient) in context.parameterGradients.enumerated() {
        let sums = context.scratch + (2 * part + index) * channels
        for c in 0..<channels { gradient[c] += sums[c] }
      }
    }
  }
}
