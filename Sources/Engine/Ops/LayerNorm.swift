import CGlimpseKernels

/// Layer normalization over the channels of each pixel.
///
/// n, h, w, c -> n, h, w, c. y = (x - mean) / sqrt(variance + epsilon) * weight + bias with the
/// pixel's mean and biased variance (Ba, Kiros, Hinton 2016, section 3.1), like PyTorch's
/// `LayerNorm(c)` on n, h, w, c.
package struct LayerNorm: Op {
  package let channels: Int
  /// Added to the variance.
  package let epsilon: Float

  package init(channels: Int, epsilon: Float = 1e-5) {
    self.channels = channels
    self.epsilon = epsilon
  }

  package var kind: String { "layer norm" }

  /// `weight` and `bias`, each [channels].
  package var parameters: [ParameterDeclaration] { ParameterDeclaration.scaleAndShift(channels) }
  package var savedTensors: SavedTensors { .inputs }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs, channels: channels)
  }

  /// Per value, three operations for the statistics and two for the result.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 5 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.pixelwise
    let pixels = context.output.pixels
    return OpPlan(
      // Mean and inverse standard deviation per pixel; in scratch memory in inference.
      stateCount: 2 * pixels, scratchCount: 2 * pixels,
      backwardScratchCount: 2 * channels * WorkPartition.reductionParts,
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let mean = pass.state ?? pass.scratch
        let inverse = mean + pixels
        let (weight, bias) = (pass.parameters[0], pass.parameters[1])
        let work = WorkPartition(units: pixels, costPerUnit: 24 * channels)
        return [
          ParallelLoop(work) { begin, end in
            table.layer_norm(
              x.pixel(begin), x.stride, weight, bias, epsilon, y.pixel(begin), y.stride,
              mean + begin, inverse + begin, end - begin, channels)
          }
        ]
      },
      backward: { pass in backward(pass, table) })
  }

  /// With g = dy * weight: dw = sum(dy * xhat), db = sum(dy), and
  /// dx = (g - mean(g) - xhat * mean(g * xhat)) / standard deviation, with means over the channels.
  private func backward(_ pass: BackwardContext, _ table: gk_pixelwise_table) -> [ParallelLoop] {
    let (x, gy, scratch) = (pass.inputs[0], pass.outputGradient, pass.scratch)
    let pixels = x.shape.pixels
    let target = pass.inputGradients[0]
    let (gx, accumulate) = (target?.view, target?.accumulate ?? 0)
    let (mean, inverse) = (pass.state, pass.state + pixels)
    let weight = pass.parameters[0]
    let (weightGradient, biasGradient) = (pass.parameterGradients[0], pass.parameterGradients[1])
    let parts = WorkPartition(reducing: pixels)
    return [
      ParallelLoop(parts.tasks) { part in
        let (begin, end) = parts.range(part)
        let sums = scratch + 2 * part * channels
        sums.update(repeating: 0, count: 2 * channels)
        table.layer_norm_backward(
          x.pixel(begin), x.stride, weight, mean + begin, inverse + begin, gy.pixel(begin),
          gy.stride, gx?.pixel(begin), gx?.stride ?? 0, accumulate, sums, sums + channels,
          end - begin, channels)
      },
      ParallelLoop(serial: {
        for part in 0..<parts.tasks {
          let sums = scratch + 2 * part * channels
          for c in 0..<channels {
            weightGradient[c] += sums[c]
            biasGradient[c] += sums[channels + c]
          }
        }
      }),
    ]
  }
}

extension ParameterDeclaration {
  /// `weight`, initialized with 1, and `bias`, initialized with 0, of a normalization.
  static func scaleAndShift(_ channels: Int) -> [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", shape: [channels], kind: .bias, initializer: .constant(1)),
      ParameterDeclaration("bias", shape: [channels], kind: .bias, initializer: .constant(0)),
    ]
  }
}
