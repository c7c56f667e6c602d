import CGlimpseKernels

/// Group normalization: per image, over h, w and a group of adjacent channels.
///
/// n, h, w, c -> n, h, w, c. y = (x - mean) / sqrt(variance + epsilon) * weight + bias with the
/// group's mean and biased variance, and a weight and bias per channel (Wu and He 2018, "Group
/// Normalization", eq. 1-7).
package struct GroupNorm: Op {
  /// The number of groups; must divide `channels`.
  package let groups: Int
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float
  /// True if weight and bias are learned; otherwise they are 1 and 0.
  package let isAffine: Bool

  /// `groups` divides `channels`.
  package init(groups: Int, channels: Int, epsilon: Float = 1e-5, affine: Bool = true) {
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
    isAffine = affine
  }

  /// Instance normalization: one group per channel (Ulyanov et al. 2016, "Instance Normalization",
  /// eq. 5).
  ///
  /// As in PyTorch, it has no affine parameters by default and no running statistics.
  package static func instance(
    channels: Int, epsilon: Float = 1e-5, affine: Bool = false
  ) -> GroupNorm {
    GroupNorm(groups: channels, channels: channels, epsilon: epsilon, affine: affine)
  }

  package var kind: String { groups == channels ? "instance norm" : "group norm" }

  /// `weight` and `bias`, each [channels], if they are learned.
  package var parameters: [ParameterDeclaration] {
    isAffine ? ParameterDeclaration.scaleAndShift(channels) : []
  }

  package var savedTensors: SavedTensors { .inputs }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard groups > 0, channels % groups == 0 else {
      throw EngineError("\(groups) groups do not divide \(channels) channels")
    }
    return try checked(inputs, channels: channels)
  }

  /// Per value, three operations for the statistics and two for the result.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 5 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (shape, table) = (context.output, context.kernels.normalization)
    let pixels = shape.h * shape.w
    // Partial sums of one image, independent of thread count and batch size.
    let parts = WorkPartition(reducing: pixels)
    let row = 2 * channels * shape.n
    return OpPlan(
      // Mean and inverse standard deviation per image and channel, equal within a group.
      stateCount: row, scratchCount: row * (2 + parts.tasks),
      backwardScratchCount: row * (2 + parts.tasks),
      forward: { forward($0, parts, table) },
      backward: { backward($0, parts, table) })
  }

  /// One of two rows of an image or part: [image][first, second][channel].
  private func row(_ base: UnsafeMutablePointer<Float>, _ image: Int, _ index: Int)
    -> UnsafeMutablePointer<Float>
  {
    base + (2 * image + index) * channels
  }

  /// Computes partial statistics, merges them per group, then y = x * scale + shift.
  private func forward(
    _ pass: ForwardContext, _ parts: WorkPartition, _ table: gk_normalization_table
  ) -> [ParallelLoop] {
    let (x, y, images) = (pass.inputs[0], pass.output, pass.output.shape.n)
    let (pixels, parameters) = (parts.units, pass.parameters)
    // Inference has no state and keeps the statistics at the start of the scratch memory.
    let state = pass.state ?? pass.scratch
    let affine = pass.scratch + 2 * images * channels
    let partial = affine + 2 * images * channels
    return [
      ParallelLoop(images * parts.tasks) { task in
        let (begin, end) = parts.range(task % parts.tasks)
        table.statistics(
          x.pixel(task / parts.tasks * pixels + begin), end - begin, x.stride, channels,
          row(partial, task, 0), row(partial, task, 1))
      },
      ParallelLoop(serial: {
        for image in 0..<images {
          let (mean, inverse) = (row(state, image, 0), row(state, image, 1))
          groupStatistics(
            parts, table, partial: row(partial, image * parts.tasks, 0), mean: mean,
            inverse: inverse)
          let (scale, shift) = (row(affine, image, 0), row(affine, image, 1))
          for c in 0..<channels {
            scale[c] = (isAffine ? parameters[0][c] : 1) * inverse[c]
            shift[c] = (isAffine ? parameters[1][c] : 0) - mean[c] * scale[c]
          }
        }
      }),
      ParallelLoop(images: x.shape, costPerPixel: 8 * channels) { image, begin, end in
        let first = image * pixels + begin
        table.scale_shift(
          Activation.identity.code, x.pixel(first), x.stride, row(affine, image, 0),
          row(affine, image, 1), y.pixel(first), y.stride, end - begin, channels)
      },
    ]
  }

  /// Merges the parts, then the channels of each group, in fixed order (Chan, Golub, LeVeque 1979).
  private func groupStatistics(
    _ parts: WorkPartition, _ table: gk_normalization_table, partial: UnsafeMutablePointer<Float>,
    mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>
  ) {
    let squares = partial + channels
    parts.mergeStatistics(partial, channels, table)
    let (size, pixels) = (channels / groups, parts.units)
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

  /// With g = dy * weight: dw = sum(dy * xhat) and db = sum(dy) over all images, and
  /// dx = (g - mean(g) - xhat * mean(g * xhat)) / standard deviation, with means over the group.
  private func backward(
    _ pass: BackwardContext, _ parts: WorkPartition, _ table: gk_normalization_table
  ) -> [ParallelLoop] {
    let (x, gy, images) = (pass.inputs[0], pass.outputGradient, pass.output.shape.n)
    let (pixels, state) = (parts.units, pass.state)
    let scales = pass.scratch
    let offsets = scales + 2 * images * channels
    let partial = offsets + 2 * images * channels
    let none = Activation.identity.code
    let sums = ParallelLoop(images * parts.tasks) { task in
      let image = task / parts.tasks
      let (begin, end) = parts.range(task % parts.tasks)
      let first = image * pixels + begin
      let (sum, normalized) = (row(partial, task, 0), row(partial, task, 1))
      sum.update(repeating: 0, count: 2 * channels)
      let (mean, inverse) = (row(state, image, 0), row(state, image, 1))
      // With the identity, the scale and shift arguments do not affect the result.
      table.gradient_sums(
        none, x.pixel(first), x.stride, inverse, mean, mean, inverse, gy.pixel(first), gy.stride,
        sum, normalized, end - begin, channels)
    }
    let factors = ParallelLoop(serial: {
      for image in 0..<images {
        gradientFactors(
          pass, parts, image: image, sums: row(partial, image * parts.tasks, 0),
          scale: row(scales, image, 0), factor: row(offsets, image, 0),
          offset: row(offsets, image, 1))
      }
    })
    guard let target = pass.inputGradients[0] else { return [sums, factors] }
    let (gx, accumulate) = (target.view, target.accumulate)
    return [
      sums, factors,
      ParallelLoop(images: x.shape, costPerPixel: 16 * channels) { image, begin, end in
        let first = image * pixels + begin
        table.gradient_input(
          none, x.pixel(first), x.stride, row(scales, image, 0), row(scales, image, 0),
          row(offsets, image, 0), row(offsets, image, 1), gy.pixel(first), gy.stride,
          gx.pixel(first), gx.stride, accumulate, end - begin, channels)
      },
    ]
  }

  /// Accumulates the parameter gradients of one image, and computes scale, factor and offset of
  /// dx = dy * scale + x * factor + offset.
  private func gradientFactors(
    _ pass: BackwardContext, _ parts: WorkPartition, image: Int,
    sums: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>,
    factor: UnsafeMutablePointer<Float>, offset: UnsafeMutablePointer<Float>
  ) {
    parts.addParts(sums, count: 2 * channels)
    let normalized = sums + channels
    if isAffine {
      for c in 0..<channels {
        pass.parameterGradients[0][c] += normalized[c]
        pass.parameterGradients[1][c] += sums[c]
      }
    }
    func weight(_ channel: Int) -> Float { isAffine ? pass.parameters[0][channel] : 1 }
    let size = channels / groups
    let count = Float(parts.units * size)
    let (mean, inverse) = (row(pass.state, image, 0), row(pass.state, image, 1))
    for group in 0..<groups {
      let members = group * size..<(group + 1) * size
      var (sum, product): (Float, Float) = (0, 0)
      for c in members {
        sum += weight(c) * sums[c]
        product += weight(c) * normalized[c]
      }
      for c in members {
        scale[c] = weight(c) * inverse[c]
        factor[c] = -inverse[c] * inverse[c] * product / count
        offset[c] = -inverse[c] * sum / count - mean[c] * factor[c]
      }
    }
  }
}

extension WorkPartition {
  /// Merges the statistics of all parts into the first; each part is a row of means and a row of
  /// sums of squared deviations. `unit` is the number of pixels per unit.
  func mergeStatistics(
    _ rows: UnsafeMutablePointer<Float>, _ channels: Int, unit: Int = 1,
    _ table: gk_normalization_table
  ) {
    for part in 1..<tasks {
      let (begin, end) = range(part)
      let other = rows + 2 * part * channels
      table.merge(
        rows, rows + channels, Double(begin * unit), other, other + channels,
        Double((end - begin) * unit), channels)
    }
  }

  /// Adds the `count` sums of each part to those of the first.
  func addParts(_ sums: UnsafeMutablePointer<Float>, count: Int) {
    for part in 1..<tasks {
      for index in 0..<count { sums[index] += sums[part * count + index] }
    }
  }
}
