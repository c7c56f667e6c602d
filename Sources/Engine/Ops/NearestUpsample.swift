import CGlimpseKernels

/// Nearest-neighbor upsampling by an integer factor; n, h, w, c -> n, h * factor, w * factor, c.
package struct NearestUpsample: Op {
  /// The scale factor in both directions.
  package let factor: Int

  package init(factor: Int) {
    self.factor = factor
  }

  package var kind: String { "upsample x\(factor)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs).enlarged(factor)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    return OpPlan(
      forward: { pass in [enlarge(pass.inputs[0], to: pass.output)] },
      backward: { pass in
        pass.inputGradients[0].map { [sum(pass.outputGradient, to: $0, kernels)] } ?? []
      })
  }

  private func enlarge(_ x: View, to y: View) -> ParallelLoop {
    let bytes = x.shape.c * x.precision.byteCount
    let work = WorkPartition(
      units: y.shape.n * y.shape.h, costPerUnit: WorkPartition.copyCost * y.shape.w * y.shape.c)
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        // Rows are numbered over all images; image boundaries are multiples of the factor.
        let (source, target) = (row / factor * x.shape.w, row * y.shape.w)
        for column in 0..<y.shape.w {
          y.pixel(target + column).copyMemory(
            from: x.pixel(source + column / factor), byteCount: bytes)
        }
      }
    }
  }

  /// dx is the sum of dy over the factor x factor output pixels.
  private func sum(_ gy: View, to target: GradientTarget, _ kernels: Kernels) -> ParallelLoop {
    let (gx, table) = (target.view, kernels.elementwise)
    let bytes = gx.shape.c * gx.precision.byteCount
    let (width, channels) = (gx.shape.w, gx.shape.c)
    let work = WorkPartition(
      units: gx.shape.n * gx.shape.h, costPerUnit: 4 * width * channels * factor * factor)
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        for column in 0..<width {
          let sum = gx.pixel(row * width + column)
          var isFirst = !target.accumulates
          for dy in 0..<factor {
            let line = (row * factor + dy) * gy.shape.w
            for dx in 0..<factor {
              let from = gy.pixel(line + column * factor + dx)
              if isFirst {
                sum.copyMemory(from: from, byteCount: bytes)
                isFirst = false
              } else {
                table.add(from, sum, sum, channels)
              }
            }
          }
        }
      }
    }
  }
}

extension Shape {
  /// The shape with height and width multiplied by a factor.
  func enlarged(_ factor: Int) throws(EngineError) -> Shape {
    guard (1...1 << 12).contains(factor) else {
      throw EngineError("an upsampling factor must be 1 to 4096, not \(factor)")
    }
    return try Shape.checked(n: n, h: h * factor, w: w * factor, c: c)
  }
}
