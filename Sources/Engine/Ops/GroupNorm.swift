import CGlimpseKernels

/// Normalization over h, w and a group of adjacent channels, for each image alone.
///
/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias with the group's mean and biased
/// variance, and weight and bias of each channel (Wu and He 2018, "Group Normalization", eq. 1-7).
package struct GroupNorm: Op {
  /// Parts that the channels are cut into.
  package let groups: Int
  /// Channels of input and output.
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float
  /// True where weight and bias are learned; else they are 1 and 0.
  package let isAffine: Bool

  /// Makes a normalization; `groups` divides `channels`.
  package init(groups: Int, channels: Int, epsilon: Float = 1e-5, affine: Bool = true) {
    precondition(
      groups > 0 && channels % groups == 0, "\(groups) groups do not divide \(channels) channels")
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
    isAffine = affine
  }

  /// `group norm`.
  package var kind: String { "group norm" }

  /// `weight` and `bias`, each [channels], where they are learned.
  package var parameters: [ParameterDeclaration] {
    guard isAffine else { return [] }
    return [
      ParameterDeclaration("weight", shape: [channels], kind: .bias, initializer: .constant(1)),
      ParameterDeclaration("bias", shape: [channels], kind: .bias, initializer: .constant(0)),
    ]
  }

  /// The inputs.
  package var backwardReads: SavedTensors { .inputs }

  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs[0].c == channels else {
      throw EngineError("a \(kind) of \(channels) channels got \(inputs[0])")
    }
    return inputs[0]
  }

  /// Three a value for the statistics, a multiplication and an addition for the result.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 5 * Double(output.count) }

  /// Mean and inverse deviation of each image's channels; those of a group are alike.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { 2 * output.n * channels }

  /// Two rows of each image, and partial statistics, one pair a part.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    stateCount(inputs, output) + 2 * channels * output.n * (1 + Self.parts(output))
  }

  /// Four rows of each image, and partial sums, one pair a part.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * channels * output.n * (2 + Self.parts(output))
  }

  /// Parts of one image's sums: a number for any thread count and batch size.
  private static func parts(_ shape: Shape) -> Int {
    min(shape.h * shape.w, WorkPartition.reductionParts)
  }

  private func weight(_ parameters: [UnsafeMutablePointer<Float>], _ channel: Int) -> Float {
    isAffine ? parameters[0][channel] : 1
  }

  /// Rows of one image in the state or scratch: [image][mean, inverse][channel].
  private func row(_ base: UnsafeMutablePointer<Float>, _ image: Int, _ index: Int)
    -> UnsafeMutablePointer<Float>
  {
    base + (2 * image + index) * channels
  }

  /// Statistics of each group, then y = x * scale + shift.
  package func forward(_ context: ForwardContext) {
    let (x, y) = (context.inputs[0], context.output)
    let pixels = x.shape.h * x.shape.w
    // Without a state to keep them in, the statistics go to the head of the scratch memory.
    let state = context.state ?? context.scratch
    let affine = context.scratch + 2 * x.shape.n * channels
    partialStatistics(context, to: affine + 2 * x.shape.n * channels)
    for image in 0..<x.shape.n {
      groupStatistics(
        context, partial: affine + 2 * channels * (x.shape.n + image * Self.parts(x.shape)),
        mean: row(state, image, 0), inverse: row(state, image, 1))
      let (scale, shift) = (row(affine, image, 0), row(affine, image, 1))
      for c in 0..<channels {
        scale[c] = weight(context.parameters, c) * row(state, image, 1)[c]
        shift[c] = (isAffine ? context.parameters[1][c] : 0) - row(state, image, 0)[c] * scale[c]
      }
    }
    let table = context.kernels.normalization
    context.pool.forEachPartOfImages(x.shape, costPerPixel: 8 * channels) { image, begin, end in
      let first = image * pixels + begin
      table.scale_shift(
        Activation.identity.code, x.pixel(first), x.stride, row(affine, image, 0),
        row(affine, image, 1), y.pixel(first), y.stride, end - begin, channels)
    }
  }

  /// Mean and squared deviations of each channel in each part of each image.
  private func partialStatistics(
    _ context: ForwardContext, to partial: UnsafeMutablePointer<Float>
  ) {
    let x = context.inputs[0]
    let pixels = x.shape.h * x.shape.w
    let parts = Self.parts(x.shape)
    let table = context.kernels.normalization
    context.pool.run(x.shape.n * parts) { task in
      let (begin, end) = WorkPartition.range(of: pixels, part: task % parts, parts: parts)
      table.statistics(
        x.pixel(task / parts * pixels + begin), end - begin, x.stride, channels,
        row(partial, task, 0), row(partial, task, 1))
    }
  }

  /// Merges the parts, then the channels of each group, in order (Chan, Golub, LeVeque 1979).
  private func groupStatistics(
    _ context: ForwardContext, partial: UnsafeMutablePointer<Float>,
    mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>
  ) {
    let shape = context.inputs[0].shape
    let (pixels, parts) = (shape.h * shape.w, Self.parts(shape))
    let squares = partial + channels
    for part in 1..<max(parts, 1) {
      let (begin, end) = WorkPartition.range(of: pixels, part: part, parts: parts)
      context.kernels.normalization.merge(
        partial, squares, Double(begin), row(partial, part, 0), row(partial, part, 1),
        Double(end - begin), channels)
    }
    let size = channels / groups
    for group in 0..<groups {
      let members = group * size..<(group + 1) * size
      let center = members.reduce(0.0) { $0 + Double(partial[$1]) } / Double(size)
      let sum = members.reduce(0.0) {
        let offset = Double(partial[$1]) - center
        return $0 + Double(squares[$1]) + Double(pixels) * offset * offset
      }
      let deviation = (sum / Double(pixels * size) + Double(epsilon)).squareRoot()
      for c in members {
        mean[c] = Float(center)
        inverse[c] = Float(1 / deviation)
      }
    }
  }

  /// With g = dy * weight: dw = sum dy * xhat, db = sum dy over all images, and
  /// dx = (g - mean of g - xhat * mean of g * xhat) / deviation, the means over the group.
  package func backward(_ context: BackwardContext) {
    let (x, gy) = (context.inputs[0], context.outputGradient)
    let (pixels, parts) = (x.shape.h * x.shape.w, Self.parts(x.shape))
    let table = context.kernels.normalization
    let scales = context.scratch
    let offsets = scales + 2 * x.shape.n * channels
    let partial = offsets + 2 * x.shape.n * channels
    let none = Activation.identity.code
    context.pool.run(x.shape.n * parts) { task in
      let image = task / parts
      let (begin, end) = WorkPartition.range(of: pixels, part: task % parts, parts: parts)
      let first = image * pixels + begin
      let (sum, normalized) = (row(partial, task, 0), row(partial, task, 1))
      sum.update(repeating: 0, count: 2 * channels)
      let (mean, inverse) = (row(context.state, image, 0), row(context.state, image, 1))
      // The identity has no argument to compute: scale and shift are only read.
      table.gradient_sums(
        none, x.pixel(first), x.stride, inverse, mean, mean, inverse,
        gy.pixel(first), gy.stride, sum, normalized, end - begin, channels)
    }
    for image in 0..<x.shape.n {
      gradientFactors(
        context, image: image, sums: row(partial, image * parts, 0), parts: parts,
        scale: row(scales, image, 0), factor: row(offsets, image, 0),
        offset: row(offsets, image, 1))
    }
    guard let target = context.inputGradients[0] else { return }
    let gx = target.view
    context.pool.forEachPartOfImages(x.shape, costPerPixel: 16 * channels) { image, begin, end in
      let first = image * pixels + begin
      table.gradient_input(
        none, x.pixel(first), x.stride, row(scales, image, 0), row(scales, image, 0),
        row(offsets, image, 0), row(offsets, image, 1), gy.pixel(first), gy.stride,
        gx.pixel(first), gx.stride, target.accumulates ? 1 : 0, end - begin,
        channels)
    }
  }

  /// Adds one image's part of the parameters' gradients, and finds the numbers of
  /// dx = dy * scale + x * factor + offset.
  private func gradientFactors(
    _ context: BackwardContext, image: Int, sums: UnsafeMutablePointer<Float>, parts: Int,
    scale: UnsafeMutablePointer<Float>, factor: UnsafeMutablePointer<Float>,
    offset: UnsafeMutablePointer<Float>
  ) {
    let shape = context.inputs[0].shape
    for part in 1..<max(parts, 1) {
      for index in 0..<(2 * channels) { sums[index] += sums[2 * part * channels + index] }
    }
    let normalized = sums + channels
    if isAffine {
      for c in 0..<channels {
        context.parameterGradients[0][c] += normalized[c]
        context.parameterGradients[1][c] += sums[c]
      }
    }
    let size = channels / groups
    let count = Float(shape.h * shape.w * size)
    let (mean, inverse) = (row(context.state, image, 0), row(context.state, image, 1))
    for group in 0..<groups {
      let members = group * size..<(group + 1) * size
      var (sum, product): (Float, Float) = (0, 0)
      for c in members {
        sum += weight(context.parameters, c) * sums[c]
        product += weight(context.parameters, c) * normalized[c]
      }
      for c in members {
        scale[c] = weight(context.parameters, c) * inverse[c]
        factor[c] = -inverse[c] * inverse[c] * product / count
        offset[c] = -inverse[c] * sum / count - mean[c] * factor[c]
      }
    }
  }
}
