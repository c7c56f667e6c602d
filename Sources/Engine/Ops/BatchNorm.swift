import CGlimpseKernels

/// Batch normalization with a fused activation; n, h, w, c -> n, h, w, c.
///
/// y = activation((x - mean) / sqrt(variance + epsilon) * weight + bias) per channel (Ioffe and
/// Szegedy 2015, algorithm 1). Training uses the batch's mean and biased variance, and updates the
/// running mean and unbiased variance with `momentum`, as PyTorch does. Inference and frozen layers
/// use the running statistics.
package struct BatchNorm: Op {
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float
  /// The weight of the batch in updates of the running statistics, 0...1 (PyTorch's convention).
  package let momentum: Float
  /// The activation applied to the result.
  package let activation: Activation
  /// True if training uses the running statistics, too, and does not update them.
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

  /// The same normalization with its running statistics, frozen.
  var frozen: BatchNorm {
    BatchNorm(
      channels: channels, epsilon: epsilon, momentum: momentum, activation: activation, frozen: true
    )
  }

  package var kind: String { "batch norm" }

  /// `weight`, `bias`, `running_mean`, `running_var`, each [channels].
  package var parameters: [ParameterDeclaration] {
    ParameterDeclaration.scaleAndShift(channels)
      + [("running_mean", 0), ("running_var", 1)].map { name, value in
        ParameterDeclaration(
          name, shape: [channels], kind: .statistic, initializer: .constant(value))
      }
  }

  /// Backward recomputes the activation's argument from the inputs.
  package var savedTensors: SavedTensors { .inputs }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs, channels: channels)
  }

  /// One multiplication and one addition per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 2 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let parts = WorkPartition(reducing: context.output.pixels)
    let usesBatch = context.isTraining && !isFrozen
    let table = context.kernels.normalization
    let scratchCount = Self.partialCount(parts, channels)
    let rowCount = NormalizationRows.count(channels)
    return OpPlan(
      // Inference has no state.
      stateCount: rowCount, scratchCount: scratchCount + (context.isTraining ? 0 : rowCount),
      backwardScratchCount: scratchCount,
      forward: { pass in
        let rows = NormalizationRows(pass.state ?? pass.scratch + scratchCount, channels)
        let partial = pass.scratch
        let statistics =
          usesBatch
          ? [
            collectStatistics(pass.inputs[0], parts, to: partial, table),
            batchStatistics(partial, parts, pixels: 1, rows, pass.parameters, table),
          ] : [runningStatistics(rows, pass.parameters)]
        return statistics + [normalize(pass.inputs[0], to: pass.output, rows, table)]
      },
      backward: { pass in
        let rows = NormalizationRows(pass.state, channels)
        let (x, gy) = (pass.inputs[0], pass.outputGradient)
        let loops = [
          collectSums(x, gy, parts, to: pass.scratch, rows, table),
          parameterGradients(pass.scratch, parts, pixels: 1, rows, pass.parameterGradients),
        ]
        return loops
          + (pass.inputGradients[0].map { [inputGradient(x, gy, to: $0, rows, table)] } ?? [])
      })
  }

  /// Size of the partial statistics or sums of all parts: two rows each.
  static func partialCount(_ parts: WorkPartition, _ channels: Int) -> Int {
    2 * channels * parts.tasks
  }

  // MARK: Forward

  func runningStatistics(
    _ rows: NormalizationRows, _ parameters: [UnsafeMutablePointer<Float>]
  ) -> ParallelLoop {
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
    _ rows: NormalizationRows, weight: UnsafeMutablePointer<Float>,
    bias: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<channels {
      rows.scale[c] = weight[c] * rows.inverse[c]
      rows.shift[c] = bias[c] - rows.mean[c] * rows.scale[c]
    }
  }

  /// Computes the mean and the sum of squared deviations of each part of the pixels.
  private func collectStatistics(
    _ input: View, _ parts: WorkPartition, to partial: UnsafeMutablePointer<Float>,
    _ table: gk_normalization_table
  ) -> ParallelLoop {
    ParallelLoop(parts.tasks) { part in
      let (begin, end) = parts.range(part)
      let row = partial + 2 * part * channels
      table.statistics(
        input.pixel(begin), end - begin, input.stride, channels, row, row + channels)
    }
  }

  /// Merges the partial statistics and updates the running statistics.
  ///
  /// - Parameter pixels: Pixels per unit of the partition.
  func batchStatistics(
    _ partial: UnsafeMutablePointer<Float>, _ parts: WorkPartition, pixels: Int,
    _ rows: NormalizationRows, _ parameters: [UnsafeMutablePointer<Float>],
    _ table: gk_normalization_table
  ) -> ParallelLoop {
    let squares = partial + channels
    let count = Float(parts.units * pixels)
    let unbiased = count > 1 ? count / (count - 1) : 1
    return ParallelLoop(serial: {
      parts.mergeStatistics(partial, channels, unit: pixels, table)
      let (runningMean, runningVariance) = (parameters[2], parameters[3])
      for c in 0..<channels {
        let (mean, variance) = (partial[c], squares[c] / count)
        rows.mean[c] = mean
        rows.inverse[c] = 1 / (variance + epsilon).squareRoot()
        runningMean[c] += momentum * (mean - runningMean[c])
        runningVariance[c] += momentum * (variance * unbiased - runningVariance[c])
      }
      scaleAndShift(rows, weight: parameters[0], bias: parameters[1])
    })
  }

  func normalize(
    _ input: View, to output: View, _ rows: NormalizationRows, _ table: gk_normalization_table
  ) -> ParallelLoop {
    let code = activation.code
    let work = WorkPartition(units: output.shape.pixels, costPerUnit: 8 * channels)
    return ParallelLoop(work) { begin, end in
      table.scale_shift(
        code, input.pixel(begin), input.stride, rows.scale, rows.shift, output.pixel(begin),
        output.stride, end - begin, channels)
    }
  }

  // MARK: Backward: the gradients of input, weight and bias (Ioffe and Szegedy 2015, section 3).
  //
  // With g = dy * activation': db = sum g, dw = sum g * xhat, and with batch statistics
  // dx = scale * (g - (db + xhat * dw) / pixels) = g * scale + x * factor + offset.

  /// Computes the sums of g and of g * xhat of each part of the pixels.
  func collectSums(
    _ x: View, _ gy: View, _ parts: WorkPartition, pixels: Int = 1,
    to sums: UnsafeMutablePointer<Float>, _ rows: NormalizationRows,
    _ table: gk_normalization_table
  ) -> ParallelLoop {
    let code = activation.code
    return ParallelLoop(parts.tasks) { part in
      let (begin, end) = parts.range(part)
      let sum = sums + 2 * part * channels
      sum.update(repeating: 0, count: 2 * channels)
      table.gradient_sums(
        code, x.pixel(begin * pixels), x.stride, rows.scale, rows.shift, rows.mean, rows.inverse,
        gy.pixel(begin * pixels), gy.stride, sum, sum + channels, (end - begin) * pixels, channels)
    }
  }

  /// Adds the sums of all parts to the gradients of weight and bias, and computes the coefficients
  /// of the input gradient.
  func parameterGradients(
    _ sums: UnsafeMutablePointer<Float>, _ parts: WorkPartition, pixels: Int,
    _ rows: NormalizationRows, _ gradients: [UnsafeMutablePointer<Float>]
  ) -> ParallelLoop {
    let (weight, bias) = (gradients[0], gradients[1])
    let count = Float(parts.units * pixels)
    return ParallelLoop(serial: {
      parts.addParts(sums, count: 2 * channels)
      let normalized = sums + channels
      for c in 0..<channels {
        weight[c] += normalized[c]
        bias[c] += sums[c]
        rows.factor[c] = isFrozen ? 0 : -rows.scale[c] * rows.inverse[c] * normalized[c] / count
        rows.offset[c] =
          isFrozen ? 0 : -rows.scale[c] * sums[c] / count - rows.mean[c] * rows.factor[c]
      }
    })
  }

  private func inputGradient(
    _ x: View, _ gy: View, to target: GradientTarget, _ rows: NormalizationRows,
    _ table: gk_normalization_table
  ) -> ParallelLoop {
    let (gx, code, accumulate) = (target.view, activation.code, target.accumulate)
    let work = WorkPartition(units: x.shape.pixels, costPerUnit: 16 * channels)
    return ParallelLoop(work) { begin, end in
      table.gradient_input(
        code, x.pixel(begin), x.stride, rows.scale, rows.shift, rows.factor, rows.offset,
        gy.pixel(begin), gy.stride, gx.pixel(begin), gx.stride, accumulate, end - begin, channels)
    }
  }
}
