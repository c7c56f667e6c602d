import CGlimpseKernels

/// Bilinear upsampling by an integer factor.
///
/// Input n, h, w, c; output n, h * factor, w * factor, c. Output row i samples input row
/// (i + 1/2) / factor - 1/2, clamped to the image, or i (h - 1) / (h * factor - 1) with aligned
/// corners. Both match PyTorch's `interpolate`.
package struct BilinearUpsample: Op {
  /// The scale factor in both directions.
  package let factor: Int
  /// PyTorch's `align_corners`: corner pixel centers coincide, instead of image corners.
  package let alignsCorners: Bool

  package init(factor: Int, alignCorners: Bool = false) {
    self.factor = factor
    alignsCorners = alignCorners
  }

  package var kind: String { "bilinear upsample x\(factor)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs).enlarged(factor)
  }

  /// Three linear interpolations of three operations per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 9 * Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.resampling
    let (input, output) = (context.inputs[0], context.output)
    let (rows, columns) = (sources(input: input.h), sources(input: input.w))
    func descriptor(_ x: View, _ y: View) -> gk_bilinear {
      gk_bilinear(
        input_h: input.h, input_w: input.w, input_stride: x.stride, output_h: output.h,
        output_w: output.w, output_stride: y.stride, channels: input.c, rows: rows.base,
        columns: columns.base)
    }
    let cost = 8 * output.w * output.c
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        return [
          ParallelLoop(rows: output, costPerRow: cost, descriptor(x, y)) { geometry, begin, end in
            // `geometry` holds pointers into the tables.
            withExtendedLifetime((rows, columns)) {
              table.bilinear(geometry, x.base, y.base, begin, end)
            }
          }
        ]
      },
      // dx is the sum of dy over the outputs, times the weight of x in each.
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        let (gx, gy, accumulate) = (target.view, pass.outputGradient, target.accumulate)
        return [
          ParallelLoop(rows: input, costPerRow: cost * factor, descriptor(gx, gy)) {
            geometry, begin, end in
            withExtendedLifetime((rows, columns)) {
              table.bilinear_backward(geometry, gy.base, gx.base, accumulate, begin, end)
            }
          }
        ]
      })
  }

  /// For each output row or column: the index of the first source, then the weight of the second.
  private func sources(input: Int) -> AlignedBuffer {
    let output = input * factor
    let table = AlignedBuffer(count: 2 * output)
    for index in 0..<output {
      let position =
        alignsCorners
        ? Double(index) * Double(input - 1) / Double(max(1, output - 1))
        : max(0, (Double(index) + 0.5) / Double(factor) - 0.5)
      let first = min(Int(position), input - 1)
      table.base[index] = Float(first)
      table.base[output + index] = first == input - 1 ? 0 : Float(position - Double(first))
    }
    return table
  }
}
