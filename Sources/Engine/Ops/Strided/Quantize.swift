import CGlimpseKernels

/// The levels of an integer type and what they mean: (level - zero) * scale.
package struct Quantization: Hashable, Sendable {
  package var scale: Float
  package var zero: Float
  /// The range of the integer type, below 2^22 in magnitude.
  package var low: Float
  package var high: Float

  package init(scale: Float, zero: Float, low: Float, high: Float) {
    (self.scale, self.zero, self.low, self.high) = (scale, zero, low, high)
  }

  /// clamp(round(x / scale) + zero, low, high), ties to even.
  package func level(_ x: Float) -> Float {
    let level = (x / scale).rounded(.toNearestOrEven) + zero
    return level < low ? low : level > high ? high : level
  }
}

/// What is wanted of quantized values.
package enum QuantizedForm: Hashable, Sendable {
  /// The levels of the integer type.
  case levels
  /// The levels minus the zero point.
  case offsets
  /// The values that the levels stand for.
  case values

  func code(_ quantization: Quantization) -> gk_quantization {
    let zero = quantization.zero
    return gk_quantization(
      divisor: quantization.scale, low: quantization.low - zero, high: quantization.high - zero,
      offset: self == .levels ? zero : 0, scale: self == .values ? quantization.scale : 1)
  }
}

/// Rounds values to the levels of an integer type, as floats (ONNX, "QuantizeLinear"); any shape.
///
/// With factors, values are multiplied by the factor of their channel instead of divided by the
/// scale (ONNX, "QLinearConv", from integer sums to levels). Inference only.
package struct Quantize: Op {
  package let quantization: Quantization
  package let form: QuantizedForm
  /// The number of channels of which each has a factor, the parameter `factors`; 0 for none.
  package let factors: Int

  package init(_ quantization: Quantization, _ form: QuantizedForm, factors: Int = 0) {
    (self.quantization, self.form, self.factors) = (quantization, form, factors)
  }

  package var kind: String { "quantize" }
  package var parameters: [ParameterDeclaration] {
    guard factors > 0 else { return [] }
    return [
      ParameterDeclaration(
        "factors", shape: [factors], kind: .statistic, initializer: .constant(1))
    ]
  }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    factors > 0 ? try checked(inputs, channels: factors) : try checked(inputs)
  }

  /// A division, rounding, two limits.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 4 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.elementwise
    let code = form.code(quantization)
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let multipliers = factors > 0 ? UnsafePointer(pass.parameters[0]) : nil
        return [
          ParallelLoop(
            WorkPartition(units: y.shape.pixels, costPerUnit: WorkPartition.copyCost * y.shape.c)
          ) {
            begin, end in
            table.quantize(
              code, x.pixel(begin), x.stride, multipliers, y.pixel(begin), y.stride, end - begin,
              y.shape.c)
          }
        ]
      }, backward: noBackward)
  }
}
