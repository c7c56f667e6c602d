/// Runs of adjacent floats that two tensors of one shape have in common: all of a dense pair at
/// once, else pixel by pixel.
enum Rows {
  /// Calls `body(offset in first, offset in second, count)` over the pixels, split over the pool.
  static func forEach(
    _ first: View, _ second: View, pool: ThreadPool,
    _ body: (_ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>, Int) ->
      Void
  ) {
    let shape = first.shape
    let dense = first.isDense && second.isDense
    pool.forEachPart(of: shape.pixels, costPerUnit: 8 * shape.c) { begin, end in
      if dense {
        body(first.data + begin * shape.c, second.data + begin * shape.c, (end - begin) * shape.c)
        return
      }
      for pixel in begin..<end {
        body(first.data + pixel * first.stride, second.data + pixel * second.stride, shape.c)
      }
    }
  }

  /// Stores or adds a gradient that passes through unchanged.
  static func pass(_ source: View, to target: GradientTarget, pool: ThreadPool, kernels: Kernels) {
    let table = kernels.elementwise
    forEach(source, target.view, pool: pool) { from, to, count in
      if target.accumulates {
        table.add(from, to, to, count)
      } else {
        to.update(from: from, count: count)
      }
    }
  }
}
