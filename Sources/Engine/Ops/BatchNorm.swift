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
    let pixels = context.output.pixels
    let parts = WorkPartition(reducing: pixels)
    let usesBatch = context.isTraining && !isFrozen
    let table = context.kernels.normalization
    // Partial statistics or sums: a pair of rows per part, and two more rows.
    let scratchCount = 2 * channels * (WorkPartition.reductionParts + 2)
    return OpPlan(
      // Rows for mean, inverse standard deviation, scale and shift.
      stateCount: 4 * channels, scratchCount: scratchCount, backwardScratchCount: scratchCount,
      forward: { pass in
        (usesBatch ? batchStatistics(pass, parts, table) : [runningStatistics(pass)])
          + [normalize(pass, table)]
      },
      backward: { pass in backward(pass, parts, table) })
  }

  /// Rows of `channels` floats: mean, inverse standard deviation, scale and shift.
  private struct Rows {
    let mean, inverse, scale, shift: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, _ channels: Int) {
      (mean, inverse) = (memory, memory + channels)
      (scale, shift) = (memory + 2 * channels, memory + 3 * channels)
    }
  }

  // MARK: Forward

  /// The rows in the state, or in scratch memory in inference, which has no state.
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

  /// Computes the batch statistics and updates the running statistics.
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
        parts.mergeStatistics(partial, channels, table)
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

  /// The gradients of input, weight and bias (Ioffe and Szegedy 2015, section 3).
  ///
  /// With g = dy * activation': db = sum g, dw = sum g * xhat, and with batch statistics
  /// dx = scale * (g - (db + xhat * dw) / pixels) = g * scale + x * factor + offset.
  private func backward(
    _ pass: BackwardContext, _ parts: WorkPartition, _ table: gk_normalization_table
  ) -> [ParallelLoop] {
    let (x, gy, code) = (pass.inputs[0], pass.outputGradient, activation.code)
    let rows = Rows(pass.state, channels)
    let (factor, offset) = (pass.scratch, pass.scratch + channels)
    // Sums of g and of g * xhat.
    let sums = pass.scratch + 2 * channels
    let (weight, bias) = (pass.parameterGradients[0], pass.parameterGradients[1])
    let pixels = Float(parts.units)
    var loops = [
      ParallelLoop(parts.tasks) { part in
        let (begin, end) = parts.range(part)
        let sum = sums + 2 * part * channels
        sum.update(repeating: 0, count: 2 * channels)
        table.gradient_sums(
          code, x.pixel(begin), x.stride, rows.scale, rows.shift, rows.mean, rows.inverse,
          gy.pixel(begin), gy.stride, sum, sum + channels, end - begin, channels)
      },
      ParallelLoop(serial: {
        parts.addParts(sums, count: 2 * channels)
        let normalized = sums + channels
        for c in 0..<channels {
          weight[c] += normalized[c]
          bias[c] += sums[c]
          factor[c] = isFrozen ? 0 : -rows.scale[c] * rows.inverse[c] * normalized[c] / pixels
          offset[c] = isFrozen ? 0 : -rows.scale[c] * sums[c] / pixels - rows.mean[c] * factor[c]
        }
      }),
    ]
    guard let target = pass.inputGradients[0] else { return loops }
    let (gx, accumulate) = (target.view, target.accumulate)
    let work = WorkPartition(units: x.shape.pixels, costPerUnit: 16 * channels)
    loops.append(
      ParallelLoop(work) { begin, end in
        table.gradient_input(
          code, x.pixel(begin), x.stride, rows.scale, rows.shift, factor, offset, gy.pixel(begin),
          gy.stride, gx.pixel(begin), gx.stride, accumulate, end - begin, channels)
      })
    return loops
  }

}
