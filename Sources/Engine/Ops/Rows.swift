/// Runs of adjacent values that two tensors of one shape have in common: all of a dense pair at
/// once, else pixel by pixel.
enum Rows {
  /// Calls `body(place in first, place in second, count)` over the pixels, split over the pool.
  static func forEach(
    _ first: View, _ second: View, pool: ThreadPool,
    _ body: (_ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer, Int) -> Void
  ) {
    let shape = first.shape
    let dense = first.isDense && second.isDense
    pool.forEachPart(of: shape.pixels, costPerUnit: 8 * shape.c) { begin, end in
      if dense {
        body(first.pixel(begin), second.pixel(begin), (end - begin) * shape.c)
        return
      }
      for pixel in begin..<end {
        body(first.pixel(pixel), second.pixel(pixel), shape.c)
      }
    }
  }

  /// Copies values to another place of the same precision.
  static func copy(_ source: View, to target: View, pool: ThreadPool) {
    let size = source.precision.byteCount
    forEach(source, target, pool: pool) { from, to, count in
      to.copyMemory(from: from, byteCount: count * size)
    }
  }

  /// Stores or adds a gradient that passes through unchanged.
  static func pass(_ source: View, to target: GradientTarget, pool: ThreadPool, kernels: Kernels) {
    guard target.accumulates else { return copy(source, to: target.view, pool: pool) }
    let table = kernels.elementwise
    forEach(source, target.view, pool: pool) { from, to, count in
      table.add(from, to, to, count)
    }
  }
}
