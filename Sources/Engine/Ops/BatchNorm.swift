import CGlimpseKernels

/// Batch normalization over n, h, w for each channel, with the activation that follows it.
///
/// y = activation((x - mean) / sqrt(variance + epsilon) * weight + bias) (Ioffe and Szegedy 2015,
/// algorithm 1). In training, mean and (biased) variance are the batch's, and the running ones move
/// towards the batch's mean and unbiased variance by `momentum`, as PyTorch's do; in inference, or
/// when frozen, the running ones are used.
package struct BatchNorm: Op {
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float
  /// How far the running statistics move towards the batch's, 0...1.
  package let momentum: Float
  /// Applied to the result.
  package let activation: Activation
  /// True where training uses the running statistics, too, and does not move them.
  package let isFrozen: Bool

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

  /// The activation's argument is computed again from the inputs.
  package var savedTensors: SavedTensors { .inputs }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs, channels: channels)
  }

  /// One multiplication and one addition per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 2 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let pixels = context.output.pixels
    let parts = WorkPartition(
      units: pixels, tasks: min(pixels, WorkPartition.reductionParts))
    let usesBatch = context.isTraining && !isFrozen
    let table = context.kernels.normalization
    // Partial statistics or sums, one pair for each part, and two rows more.
    let scratchCount = 2 * channels * (WorkPartition.reductionParts + 2)
    return OpPlan(
      // Mean, inverse deviation, scale and shift.
      stateCount: 4 * channels, scratchCount: scratchCount, backwardScratchCount: scratchCount,
      forward: { pass in
        (usesBatch ? batchStatistics(pass, parts, table) : [runningStatistics(pass)])
          + [normalize(pass, table)]
      },
      backward: { pass in
        [gradientSums(pass, parts, table), parameterGradients(pass, parts)]
          + inputGradient(pass, table)
      })
  }

  /// Rows of `channels` floats: mean, inverse deviation, scale and shift.
  private struct Rows {
    let mean, inverse, scale, shift: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, _ channels: Int) {
      (mean, inverse) = (memory, memory + channels)
      (scale, shift) = (memory + 2 * channels, memory + 3 * channels)
    }
  }

  // MARK: Forward

  /// Without a state to keep them in, the rows are in the scratch memory.
  private func rows(_ pass: ForwardContext) -> Rows { Rows(pass.state ?? pass.scratch, channels) }

  private func runningStatistics(_ pass: ForwardContext) -> ParallelLoop {
    let (rows, parameters) = (rows(pass), pass.parameters)
    let (mean, variance) = (parameters[2], parameters[3])
    return ParallelLoop(serial: {
      for c in 0..<channels {
        rows.mean[c] = mean[c]
        rows.inverse[c] = 1 / (variance[c] + epsilon).squareRoot()
      }
      scaleAndShift(rows, weight: parameters[0], bias: parameters[1])
    })
  }

  private func scaleAndShift(
    _ rows: Rows, weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<channels {
      rows.scale[c] = weight[c] * rows.inverse[c]
      rows.shift[c] = bias[c] - rows.mean[c] * rows.scale[c]
    }
  }

  /// The batch's statistics, to which the running ones move.
  private func batchStatistics(
    _ pass: ForwardContext, _ parts: WorkPartition, _ table: gk_normalization_table
  ) -> [ParallelLoop] {
    let (input, rows, parameters) = (pass.inputs[0], rows(pass), pass.parameters)
    let partial = pass.scratch + 4 * channels
    let squares = partial + channels
    let pixels = Float(parts.units)
    let unbiased = pixels > 1 ? pixels / (pixels - 1) : 1
    return [
      ParallelLoop(parts.tasks) { part in
        let (begin, end) = parts.range(part)
        table.statistics(
          input.pixel(begin), end - begin, input.stride, channels,
          partial + 2 * part * channels, partial + (2 * part + 1) * channels)
      },
      ParallelLoop(serial: {
        for part in 1..<parts.tasks {
          let (begin, end) = parts.range(part)
          let other = partial + 2 * part * channels
          table.merge(
            partial, squares, Double(begin), other, other + channels, Double(end - begin),
            channels)
        }
        let (runningMean, runningVariance) = (parameters[2], parameters[3])
        for c in 0..<channels {
          let (mean, variance) = (partial[c], squares[c] / pixels)
          rows.mean[c] = mean
          rows.inverse[c] = 1 / (variance + epsilon).squareRoot()
          runningMean[c] += momentum * (mean - runningMean[c])
          runningVariance[c] += momentum * (variance * unbiased - runningVariance[c])
        }
        scaleAndShift(rows, weight: parameters[0], bias: parameters[1])
      }),
    ]
  }

  private func normalize(_ pass: ForwardContext, _ table: gk_normalization_table) -> ParallelLoop {
    let (input, output, rows) = (pass.inputs[0], pass.output, rows(pass))
    let code = activation.code
    let work = WorkPartition(units: output.shape.pixels, costPerUnit: 8 * channels)
    return ParallelLoop(work) { begin, end in
      table.scale_shift(
        code, input.pixel(begin), input.stride, rows.scale, rows.shift, output.pixel(begin),
        output.stride, end - begin, channels)
    }
  }

  // MARK: Backward
  // The gradients of input, weight and bias (Ioffe and Szegedy 2015, section 3), with
  // g = dy * activation': db = sum g, dw = sum g * xhat, and for batch statistics
  // dx = scale * (g - (db + xhat * dw) / pixels) = g * scale + x * factor + offset.

  /// Sums of g and g * xhat, behind the two rows of factor and offset.
  private func partialSums(_ pass: BackwardContext) -> UnsafeMutablePointer<Float> {
    pass.scratch + 2 * channels
  }

  private func gradientSums(
    _ pass: BackwardContext, _ parts: WorkPartition, _ table: gk_normalization_table
  ) -> ParallelLoop {
    let (input, gradient) = (pass.inputs[0], pass.outputGradient)
    let (rows, partial) = (Rows(pass.state, channels), partialSums(pass))
    let code = activation.code
    return ParallelLoop(parts.tasks) { part in
      let (begin, end) = parts.range(part)
      let sums = partial + 2 * part * channels
      sums.update(repeating: 0, count: 2 * channels)
      table.gradient_sums(
        code, input.pixel(begin), input.stride, rows.scale, rows.shift, rows.mean, rows.inverse,
        gradient.pixel(begin), gradient.stride, sums, sums + channels, end - begin, channels)
    }
  }

  private func parameterGradients(_ pass: BackwardContext, _ parts: WorkPartition) -> ParallelLoop {
    let (rows, partial) = (Rows(pass.state, channels), partialSums(pass))
    let (sum, normalized) = (partial, partial + channels)
    let (factor, offset) = (pass.scratch, pass.scratch + channels)
    let (weight, bias) = (pass.parameterGradients[0], pass.parameterGradients[1])
    let pixels = Float(parts.units)
    return ParallelLoop(serial: {
      for part in 1..<parts.tasks {
        for c in 0..<(2 * channels) { partial[c] += partial[2 * part * channels + c] }
      }
      for c in 0..<channels {
        weight[c] += normalized[c]
        bias[c] += sum[c]
        factor[c] = isFrozen ? 0 : -rows.scale[c] * rows.inverse[c] * normalized[c] / pixels
        offset[c] = isFrozen ? 0 : -rows.scale[c] * sum[c] / pixels - rows.mean[c] * factor[c]
      }
    })
  }

  private func inputGradient(
    _ pass: BackwardContext, _ table: gk_normalization_table
  ) -> [ParallelLoop] {
    guard let target = pass.inputGradients[0] else { return [] }
    let (x, gy, gx) = (pass.inputs[0], pass.outputGradient, target.view)
    let (rows, code) = (Rows(pass.state, channels), activation.code)
    let (factor, offset) = (pass.scratch, pass.scratch + channels)
    let accumulate = target.accumulate
    return [
      ParallelLoop(WorkPartition(units: x.shape.pixels, costPerUnit: 16 * channels)) { begin, end in
        table.gradient_input(
          code, x.pixel(begin), x.stride, rows.scale, rows.shift, factor, offset, gy.pixel(begin),
          gy.stride, gx.pixel(begin), gx.stride, accumulate, end - begin, channels)
      }
    ]
  }
}
