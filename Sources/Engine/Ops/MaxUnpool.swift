import CGlimpseKernels
import Foundation

/// Max unpooling: writes each value to the position of the maximum; other values are zero.
///
/// Inputs: the values (n, h', w', c) and the input of the max pool (n, h, w, c); output n, h, w, c
/// (Badrinarayanan et al. 2017, "SegNet", section 3). The second input is pooled again to find the
/// positions, so the graph has no edge for indices; it gets no gradient. If overlapping windows
/// have the same maximum, their values are added.
package struct MaxUnpool: Op {
  /// The max pool to invert.
  package let pool: MaxPool

  package init(_ pool: MaxPool) {
    self.pool = pool
  }

  package var kind: String { "max unpool \(pool.kernel)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let values = try checked(inputs, count: 2)
    let pooled = try pool.outputShape([inputs[1]])
    guard values == pooled else {
      throw EngineError("a max unpool to \(inputs[1]) takes values of \(pooled), but got \(values)")
    }
    return inputs[1]
  }

  /// One comparison per window value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    pool.flops([output], inputs[0])
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (kernels, values) = (context.kernels, context.inputs[0])
    return OpPlan(
      stateCount: values.count,
      // The maxima and, in inference, their positions.
      scratchCount: 2 * values.count,
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let largest = View(
          base: pass.scratch, precision: x.precision, shape: x.shape, stride: x.shape.c)
        let winners = pass.state ?? pass.scratch + x.shape.count
        return [
          pool.pooling(pass.inputs[1], to: largest, winners: winners, kernels),
          pool.scattering(
            x, winners: winners, to: GradientTarget(view: y, accumulates: false),
            costPerRow: y.shape.w * y.shape.c * 4, kernels),
        ]
      },
      backward: { pass in
        var loops: [ParallelLoop] = []
        if let target = pass.inputGradients[0] {
          loops.append(gather(pass.outputGradient, pass.state, to: target, kernels))
        }
        if let target = pass.inputGradients[1], !target.accumulates {
          loops.append(Self.clear(target.view))
        }
        return loops
      })
  }

  /// dx is dy at the position of the maximum.
  private func gather(
    _ gy: View, _ winners: UnsafeMutablePointer<Float>, to target: GradientTarget,
    _ kernels: Kernels
  ) -> ParallelLoop {
    let (gx, table, accumulate) = (target.view, kernels.pooling, target.accumulate)
    let cost = gx.shape.w * gx.shape.c * pool.kernel.h * pool.kernel.w
    return ParallelLoop(rows: gx.shape, costPerRow: cost, pool.descriptor(gy, gx)) {
      table.max_gather($0, gy.base, winners, gx.base, accumulate, $1, $2)
    }
  }

  /// Fills with zero, whose bits are the same in every precision.
  private static func clear(_ view: View) -> ParallelLoop {
    .rows(view, view) { memory, _, count in memset(memory, 0, count * view.precision.byteCount) }
  }
}
