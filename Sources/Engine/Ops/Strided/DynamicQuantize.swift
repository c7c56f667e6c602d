import CGlimpseKernels

/// Scale and zero point of unsigned bytes for the range of a tensor and 0 (ONNX,
/// "DynamicQuantizeLinear"): n, h, w, c -> 1, 1, 1, 2.
///
/// The scale is 1 where all values are 0, as in onnxruntime. Inference only.
package struct QuantizationRange: Op {
  package init() {}

  package var kind: String { "quantization range" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    _ = try checked(inputs)
    return Shape(n: 1, h: 1, w: 1, c: 2)
  }

  /// Two comparisons per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 2 * Double(inputs[0].count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (shape, table) = (context.inputs[0], context.kernels.elementwise)
    let parts = WorkPartition(units: shape.pixels, costPerUnit: 16 * shape.c)
    return OpPlan(
      scratchCount: 2 * parts.tasks,
      forward: { pass in
        let (x, y, limits) = (pass.inputs[0], pass.output, pass.scratch)
        return [
          ParallelLoop(parts.tasks) { task in
            let (begin, end) = parts.range(task)
            table.range(
              x.pixel(begin), x.stride, end - begin, shape.c, limits + 2 * task,
              limits + 2 * task + 1)
          },
          ParallelLoop(serial: {
            var (low, high) = (Float(0), Float(0))
            for task in 0..<parts.tasks {
              low = min(low, limits[2 * task])
              high = max(high, limits[2 * task + 1])
            }
            let scale = high > low ? (high - low) / 255 : 1
            let zero = min(max((0 - low) / scale, 0), 255).rounded(.toNearestOrEven)
            (y.data[0], y.data[1]) = (scale, zero)
          }),
        ]
      }, backward: noBackward)
  }
}

/// Rounds values to unsigned bytes, as floats, by the scale and zero point that the second input has
/// (``QuantizationRange``); any shape. Inference only.
package struct DynamicQuantize: Op {
  package let form: QuantizedForm

  package init(_ form: QuantizedForm) { self.form = form }

  package var kind: String { "dynamic quantize" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs.count == 2, inputs[1] == Shape(n: 1, h: 1, w: 1, c: 2) else {
      throw EngineError("\(kind) takes a tensor, scale and zero point, but got \(inputs)")
    }
    return inputs[0]
  }

  /// A division, rounding, two limits.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 4 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.elementwise
    return OpPlan(
      forward: { pass in
        let (x, range, y) = (pass.inputs[0], pass.inputs[1].data, pass.output)
        return [
          ParallelLoop(
            WorkPartition(units: y.shape.pixels, costPerUnit: WorkPartition.copyCost * y.shape.c)
          ) {
            begin, end in
            let quantization = Quantization(scale: range[0], zero: range[1], low: 0, high: 255)
            table.quantize(
              form.code(quantization), x.pixel(begin), x.stride, nil, y.pixel(begin), y.stride,
              end - begin, y.shape.c)
          }
        ]
      }, backward: noBackward)
  }
}
