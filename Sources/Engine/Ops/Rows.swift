/// Elementwise loops over tensors of the same shape, in runs of contiguous values: dense tensors in
/// one run, strided ones pixel by pixel.
extension ParallelLoop {
  typealias Values = UnsafeMutableRawPointer

  /// Calls `body` with the addresses of a run in a, b and c, and its length; `cost` is the number
  /// of operations per value.
  static func rows(
    _ a: View, _ b: View, _ c: View, cost: Int = WorkPartition.copyCost,
    _ body: @escaping (_ a: Values, _ b: Values, _ c: Values, _ count: Int) -> Void
  ) -> ParallelLoop {
    let channels = a.shape.c
    let isDense = a.isDense && b.isDense && c.isDense
    return ParallelLoop(WorkPartition(units: a.shape.pixels, costPerUnit: cost * channels)) {
      begin, end in
      if isDense {
        body(a.pixel(begin), b.pixel(begin), c.pixel(begin), (end - begin) * channels)
        return
      }
      for pixel in begin..<end { body(a.pixel(pixel), b.pixel(pixel), c.pixel(pixel), channels) }
    }
  }

  static func rows(
    _ a: View, _ b: View, _ body: @escaping (_ a: Values, _ b: Values, _ count: Int) -> Void
  ) -> ParallelLoop {
    rows(a, b, b) { a, b, _, count in body(a, b, count) }
  }

  /// Copies values between tensors of the same precision.
  static func copy(_ source: View, to target: View) -> ParallelLoop {
    let size = source.precision.byteCount
    return rows(source, target) { from, to, count in
      to.copyMemory(from: from, byteCount: count * size)
    }
  }

  /// Stores or accumulates a gradient that passes through unchanged.
  static func pass(_ source: View, to target: GradientTarget, _ kernels: Kernels) -> ParallelLoop {
    guard target.accumulates else { return copy(source, to: target.view) }
    let table = kernels.elementwise
    return rows(source, target.view) { from, to, count in table.add(from, to, to, count) }
  }
}
