import CGlimpseKernels
import Foundation

/// Puts each value where a max pool found its largest one; everything else is zero.
///
/// Inputs: the values (n, h', w', c) and the max pool's own input (n, h, w, c); output n, h, w, c
/// (Badrinarayanan et al. 2017, "SegNet", section 3). The places are found by pooling the second
/// input again, so they need no connection besides the graph's; no gradient flows through them. Where
/// windows overlap and share their largest value, what is put there adds up.
package struct MaxUnpool: Op {
  /// The pool that it reverses.
  package let pool: MaxPool

  /// Makes the op from the max pool that it reverses.
  package init(_ pool: MaxPool) {
    self.pool = pool
  }

  /// `max unpool` with its window.
  package var kind: String { "max unpool \(pool.kernel)" }

  /// The second input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let pooled = try pool.outputShape([inputs[1]])
    guard inputs[0] == pooled else {
      throw EngineError(
        "a max unpool to \(inputs[1]) needs values of \(pooled), and got \(inputs[0])")
    }
    return inputs[1]
  }

  /// One comparison for each value of a window.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    pool.flops([output], inputs[0])
  }

  /// For each value, its place in its window.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { inputs[0].count }

  /// The largest values, and the places where no state is kept.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    2 * inputs[0].count
  }

  /// y is x at the places, else zero.
  package func forward(_ context: ForwardContext) {
    let (x, reference, y) = (context.inputs[0], context.inputs[1], context.output)
    let largest = View(
      base: context.scratch, precision: x.precision, shape: x.shape, stride: x.shape.c)
    let places = context.state ?? context.scratch + x.shape.count
    var search = pool.descriptor(reference, largest)
    let table = context.kernels.pooling
    let cost = x.shape.w * x.shape.c * pool.kernel.h * pool.kernel.w
    context.pool.forEachPart(of: x.shape.n * x.shape.h, costPerUnit: cost) {
      table.max_forward(&search, reference.base, largest.base, places, $0, $1)
    }
    // Handing a gradient to the largest values is the same as putting values there.
    var unpool = pool.descriptor(y, x)
    context.pool.forEachPart(of: y.shape.n * y.shape.h, costPerUnit: y.shape.w * y.shape.c * 4) {
      table.max_backward(&unpool, x.base, places, y.base, 0, $0, $1)
    }
  }

  /// dx is dy at the places; the second input's gradient is zero.
  package func backward(_ context: BackwardContext) {
    let gy = context.outputGradient
    if let target = context.inputGradients[0] {
      let gx = target.view
      var gather = pool.descriptor(gy, gx)
      let table = context.kernels.pooling
      let cost = gx.shape.w * gx.shape.c * pool.kernel.h * pool.kernel.w
      context.pool.forEachPart(of: gx.shape.n * gx.shape.h, costPerUnit: cost) {
        table.max_gather(
          &gather, gy.base, context.state, gx.base, target.accumulates ? 1 : 0, $0, $1)
      }
    }
    if let target = context.inputGradients[1], !target.accumulates {
      for pixel in 0..<target.view.shape.pixels {
        // Zero is the same bits in every precision.
        memset(
          target.view.pixel(pixel), 0, target.view.shape.c * target.view.precision.byteCount)
      }
    }
  }
}
