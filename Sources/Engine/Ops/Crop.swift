import CGlimpseKernels

/// Cropping by the same margin at opposite sides; n, h, w, c -> n, h - 2 margin.h, w - 2 margin.w, c.
///
/// The skip connections of networks whose convolutions are not padded need it (Ronneberger et al.
/// 2015, "U-Net", figure 1: copy and crop).
package struct Crop: Op {
  /// The rows and columns that are left out at each side.
  package let margin: Extent

  package init(margin: Extent) {
    self.margin = margin
  }

  package var kind: String { "crop \(margin)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    guard [margin.h, margin.w].allSatisfy({ (0...1 << 12).contains($0) }),
      shape.h > 2 * margin.h, shape.w > 2 * margin.w
    else {
      throw EngineError("a margin of \(margin) at each side leaves nothing of \(shape)")
    }
    return Shape(n: shape.n, h: shape.h - 2 * margin.h, w: shape.w - 2 * margin.w, c: shape.c)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    return OpPlan(
      forward: { pass in [crop(pass.inputs[0], to: pass.output)] },
      backward: { pass in
        pass.inputGradients[0].map { [spread(pass.outputGradient, to: $0, kernels)] } ?? []
      })
  }

  private func crop(_ x: View, to y: View) -> ParallelLoop {
    let work = WorkPartition(
      units: y.shape.n * y.shape.h, costPerUnit: WorkPartition.copyCost * y.shape.w * y.shape.c)
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        let (image, line) = row.quotientAndRemainder(dividingBy: y.shape.h)
        let first = (image * x.shape.h + line + margin.h) * x.shape.w + margin.w
        copy(x, first, to: y, row * y.shape.w, count: y.shape.w)
      }
    }
  }

  /// dx is dy inside, and zero in the margin.
  private func spread(_ gy: View, to target: GradientTarget, _ kernels: Kernels) -> ParallelLoop {
    let (gx, table) = (target.view, kernels.elementwise)
    let (height, width) = (gy.shape.h, gy.shape.w)
    let work = WorkPartition(
      units: gx.shape.n * gx.shape.h, costPerUnit: 4 * gx.shape.w * gx.shape.c)
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        let (image, line) = row.quotientAndRemainder(dividingBy: gx.shape.h)
        let first = row * gx.shape.w
        let isInside = line >= margin.h && line < margin.h + height
        let source = (image * height + line - margin.h) * width
        if target.accumulates {
          for column in 0..<width where isInside {
            let sum = gx.pixel(first + margin.w + column)
            table.add(gy.pixel(source + column), sum, sum, gx.shape.c)
          }
        } else if isInside {
          clear(gx, first, count: margin.w)
          copy(gy, source, to: gx, first + margin.w, count: width)
          clear(gx, first + margin.w + width, count: margin.w)
        } else {
          clear(gx, first, count: gx.shape.w)
        }
      }
    }
  }

  /// Copies a run of pixels.
  private func copy(_ x: View, _ from: Int, to y: View, _ to: Int, count: Int) {
    let bytes = x.shape.c * x.precision.byteCount
    if x.isDense && y.isDense {
      return y.pixel(to).copyMemory(from: x.pixel(from), byteCount: count * bytes)
    }
    for index in 0..<count {
      y.pixel(to + index).copyMemory(from: x.pixel(from + index), byteCount: bytes)
    }
  }

  /// Sets a run of pixels to zero, which has the same bytes in every precision.
  private func clear(_ x: View, _ first: Int, count: Int) {
    let bytes = x.shape.c * x.precision.byteCount
    for pixel in first..<first + count {
      x.pixel(pixel).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }
  }
}
