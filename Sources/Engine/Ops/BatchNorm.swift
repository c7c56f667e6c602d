import CGlimpseKernels

/// Batch normalization over n, h, w for each channel, with the activation that follows it.
///
/// y = activation((x - mean) / sqrt(variance + epsilon) * weight + bias) (Ioffe and Szegedy 2015,
/// algorithm 1). In training, mean and (biased) variance are the batch's, and the running ones move
/// towards the batch's mean and unbiased variance by `momentum`, as PyTorch's do; in inference, or
/// when frozen, the running ones are used.
package struct BatchNorm: Op {
  /// Channels of input and output.
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float
  /// How far the running statistics move towards the batch's, 0...1.
  package let momentum: Float
  /// Applied to the result.
  package let activation: Activation
  /// True where training uses the running statistics, too, and leaves them alone.
  package let isFrozen: Bool

  /// Makes a normalization of `channels` channels.
  package init(
    channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1,
    activation: Activation = .identity, frozen: Bool = false
  ) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    self.activation = activation
    isFrozen = frozen
  }

  /// `batch norm`.
  package var kind: String { "batch norm" }

  /// `weight`, `bias`, `running_mean`, `running_var`, each [channels].
  package var parameters: [ParameterDeclaration] {
    let learned: [(String, Float)] = [("weight", 1), ("bias", 0)]
    let kept: [(String, Float)] = [("running_mean", 0), ("running_var", 1)]
    return learned.map {
      ParameterDeclaration($0.0, shape: [channels], kind: .bias, initializer: .constant($0.1))
    }
      + kept.map {
        ParameterDeclaration(
          $0.0, shape: [channels], kind: .statistic, initializer: .constant($0.1))
      }
  }

  /// The inputs; the activation's argument is computed again from them.
  package var backwardReads: SavedTensors { .inputs }

  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs[0].c == channels else {
      throw EngineError("a batch norm of \(channels) channels got \(inputs[0])")
    }
    return inputs[0]
  }

  /// One multiplication and one addition a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 2 * Double(output.count) }

  /// Mean, inverse deviation, scale and shift, kept for the backward pass.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { 4 * channels }

  /// Partial statistics, one pair a part; scale and shift.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * channels * (WorkPartition.reductionParts + 2)
  }

  /// Partial sums, one pair a part; factor and offset.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * channels * (WorkPartition.reductionParts + 2)
  }

  /// Normalizes and applies the activation; in training, also moves the running statistics.
  package func forward(_ context: ForwardContext) {
    let (input, output) = (context.inputs[0], context.output)
    let table = context.kernels.normalization
    // Without a state to keep them in, scale and shift go to the scratch memory.
    let state = context.state ?? context.scratch
    let (mean, inverse) = (state, state + channels)
    let (scale, shift) = (state + 2 * channels, state + 3 * channels)
    if context.isTraining && !isFrozen {
      let variance = batchStatistics(context, mean: mean)
      moveRunning(context, mean: mean, variance: variance)
      for c in 0..<channels { inverse[c] = 1 / (variance[c] + epsilon).squareRoot() }
    } else {
      for c in 0..<channels {
        mean[c] = context.parameters[2][c]
        inverse[c] = 1 / (context.parameters[3][c] + epsilon).squareRoot()
      }
    }
    for c in 0..<channels {
      scale[c] = context.parameters[0][c] * inverse[c]
      shift[c] = context.parameters[1][c] - mean[c] * scale[c]
    }
    let pixels = input.shape.pixels
    context.pool.forEachPart(of: pixels, costPerUnit: 8 * channels) { begin, end in
      table.scale_shift(
        activation.code, input.pixel(begin), input.stride, scale, shift,
        output.pixel(begin), output.stride, end - begin, channels)
    }
  }

  /// The batch's mean goes to `mean`; the result is its biased variance, in scratch memory.
  private func batchStatistics(
    _ context: ForwardContext, mean: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let input = context.inputs[0]
    let table = context.kernels.normalization
    let pixels = input.shape.pixels
    let parts = min(pixels, WorkPartition.reductionParts)
    let partial = context.scratch + 4 * channels
    context.pool.run(parts) { part in
      let (begin, end) = WorkPartition.range(of: pixels, part: part, parts: parts)
      table.statistics(
        input.pixel(begin), end - begin, input.stride, channels,
        partial + 2 * part * channels, partial + (2 * part + 1) * channels)
    }
    let squares = partial + channels
    for part in 1..<max(parts, 1) {
      let (begin, end) = WorkPartition.range(of: pixels, part: part, parts: parts)
      let other = partial + 2 * part * channels
      table.merge(
        partial, squares, Double(begin), other, other + channels, Double(end - begin), channels)
    }
    mean.update(from: partial, count: channels)
    for c in 0..<channels { squares[c] /= Float(pixels) }
    return squares
  }

  private func moveRunning(
    _ context: ForwardContext, mean: UnsafeMutablePointer<Float>,
    variance: UnsafeMutablePointer<Float>
  ) {
    let pixels = Float(context.inputs[0].shape.pixels)
    let unbiased = pixels > 1 ? pixels / (pixels - 1) : 1
    let (runningMean, runningVariance) = (context.parameters[2], context.parameters[3])
    for c in 0..<channels {
      runningMean[c] += momentum * (mean[c] - runningMean[c])
      runningVariance[c] += momentum * (variance[c] * unbiased - runningVariance[c])
    }
  }

  /// The gradients of input, weight and bias (Ioffe and Szegedy 2015, section 3), with
  /// g = dy * activation': db = sum g, dw = sum g * xhat, and for batch statistics
  /// dx = scale * (g - (db + xhat * dw) / pixels).
  package func backward(_ context: BackwardContext) {
    let (input, gradient) = (context.inputs[0], context.outputGradient)
    let table = context.kernels.normalization
    let (mean, inverse) = (context.state, context.state + channels)
    let (scale, shift) = (context.state + 2 * channels, context.state + 3 * channels)
    let pixels = input.shape.pixels
    let parts = min(pixels, WorkPartition.reductionParts)
    let partial = context.scratch + 2 * channels
    context.pool.run(parts) { part in
      let (begin, end) = WorkPartition.range(of: pixels, part: part, parts: parts)
      let sums = partial + 2 * part * channels
      sums.update(repeating: 0, count: 2 * channels)
      table.gradient_sums(
        activation.code, input.pixel(begin), input.stride, scale, shift, mean,
        inverse, gradient.pixel(begin), gradient.stride, sums,
        sums + channels, end - begin, channels)
    }
    for part in 1..<max(parts, 1) {
      for c in 0..<(2 * channels) { partial[c] += partial[2 * part * channels + c] }
    }
    let (sum, normalized) = (partial, partial + channels)
    for c in 0..<channels {
      context.parameterGradients[0][c] += normalized[c]
      context.parameterGradients[1][c] += sum[c]
    }
    guard let target = context.inputGradients[0] else { return }
    // dx = g * scale + x * factor + offset
    let (factor, offset) = (context.scratch, context.scratch + channels)
    for c in 0..<channels {
      guard !isFrozen else {
        factor[c] = 0
        offset[c] = 0
        continue
      }
      factor[c] = -scale[c] * inverse[c] * normalized[c] / Float(pixels)
      offset[c] = -scale[c] * sum[c] / Float(pixels) - mean[c] * factor[c]
    }
    context.pool.forEachPart(of: pixels, costPerUnit: 16 * channels) { begin, end in
      table.gradient_input(
        activation.code, input.pixel(begin), input.stride, scale, shift, factor,
        offset, gradient.pixel(begin), gradient.stride,
        target.view.pixel(begin), target.view.stride,
        target.accumulates ? 1 : 0, end - begin, channels)
    }
  }
}
