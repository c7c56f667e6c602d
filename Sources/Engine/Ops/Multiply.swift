import CGlimpseKernels

/// Elementwise multiplication of two tensors.
///
/// Both are n, h, w, c, or the second is n, 1, 1, c and scales the channels of the first, as in
/// squeeze and excitation (Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 4).
package struct Multiply: Op {
  package init() {}

  package var kind: String { "multiply" }
  package var savedTensors: SavedTensors { .inputs }

  /// The shape of the first input.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs, count: 2)
    guard inputs[1] == shape || inputs[1] == Shape(n: shape.n, h: 1, w: 1, c: shape.c) else {
      throw EngineError(
        "a product takes inputs of the same shape, or a second one of n, 1, 1, c, but got \(inputs)"
      )
    }
    return shape
  }

  /// One operation per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (a, b, kernels) = (context.inputs[0], context.inputs[1], context.kernels)
    // Partial sums of one image, independent of thread count and batch size.
    let parts = WorkPartition(reducing: a.h * a.w)
    return OpPlan(
      backwardScratchCount: a == b ? 0 : parts.tasks * a.c * a.n,
      forward: { pass in
        [product(pass.inputs[0], pass.inputs[1], to: pass.output, 0, kernels)]
      },
      // da = dy * b, db = dy * a; for a second input n, 1, 1, c, db is summed over the image
      backward: { pass in
        let gradient = pass.outputGradient
        let first = pass.inputGradients[0].map {
          [product(gradient, pass.inputs[1], to: $0.view, $0.accumulate, kernels)]
        }
        let second = pass.inputGradients[1].map {
          a == b
            ? [product(gradient, pass.inputs[0], to: $0.view, $0.accumulate, kernels)]
            : gateGradient(pass, $0, parts, kernels)
        }
        return (first ?? []) + (second ?? [])
      })
  }

  private func gateGradient(
    _ pass: BackwardContext, _ target: GradientTarget, _ parts: WorkPartition, _ kernels: Kernels
  ) -> [ParallelLoop] {
    let (a, gradient, scratch) = (pass.inputs[0], pass.outputGradient, pass.scratch)
    let (images, channels) = (a.shape.n, a.shape.c)
    let table = kernels.elementwise
    return [
      ParallelLoop(images * parts.tasks) { task in
        let (begin, end) = parts.range(task % parts.tasks)
        let first = task / parts.tasks * parts.units + begin
        let sum = scratch + task * channels
        sum.update(repeating: 0, count: channels)
        table.product_sums(
          a.pixel(first), a.stride, gradient.pixel(first), gradient.stride, sum, end - begin,
          channels)
      },
      ParallelLoop(serial: {
        for image in 0..<images {
          let sum = scratch + image * parts.tasks * channels
          parts.addParts(sum, count: channels)
          table.from_floats(sum, target.view.pixel(image), target.accumulate, channels)
        }
      }),
    ]
  }

  /// y = a * b or y += a * b; b has the shape of a, or n, 1, 1, c.
  private func product(
    _ a: View, _ b: View, to y: View, _ accumulate: Int32, _ kernels: Kernels
  ) -> ParallelLoop {
    let (width, channels, pixels) = (a.shape.w, a.shape.c, a.shape.h * a.shape.w)
    let isGate = a.shape != b.shape
    let isDense = !isGate && a.isDense && b.isDense && y.isDense
    let table = kernels.elementwise
    let work = WorkPartition(units: a.shape.n * a.shape.h, costPerUnit: 8 * width * channels)
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        let pixel = row * width
        let (first, result) = (a.pixel(pixel), y.pixel(pixel))
        let second = b.pixel(isGate ? pixel / pixels : pixel)
        if isDense {
          table.multiply(first, 0, second, 0, result, 0, accumulate, 1, width * channels)
        } else {
          table.multiply(
            first, a.stride, second, isGate ? 0 : b.stride, result, y.stride, accumulate, width,
            channels)
        }
      }
    }
  }
}
