/// The channels of the largest or smallest values of each pixel, the best first;
/// n, h, w, c -> n, h, w, k. Of equal values, the lower channel is first; NaN counts as the largest
/// number, as in PyTorch. Inference only.
package struct TopK: Op {
  package let count: Int
  package let isLargest: Bool

  /// - Parameter count: k, 1 to the number of channels.
  package init(_ count: Int, isLargest: Bool) { (self.count, self.isLargest) = (count, isLargest) }

  package var kind: String { "top \(count)" }

  /// Above it, floats do not hold all integers.
  private static let mostChannels = 1 << 24

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    guard (1...shape.c).contains(count), shape.c <= Self.mostChannels else {
      throw EngineError(
        "\(kind) takes 1 to all of at most \(Self.mostChannels) channels, but its input is \(shape)"
      )
    }
    return shape.with(c: count)
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(inputs[0].count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        return [
          ParallelLoop(WorkPartition(units: y.shape.pixels, costPerUnit: 8 * x.shape.c)) {
            begin, end in
            for pixel in begin..<end {
              Heap(values: x.data + pixel * x.stride, op: self, places: y.data + pixel * y.stride)
                .select(from: x.shape.c)
            }
          }
        ]
      }, backward: noBackward)
  }

  /// Whether a value comes before another one, for both without regard to channels.
  @inline(__always)
  package func precedes(_ a: Float, _ b: Float) -> Bool {
    isLargest ? a > b || a.isNaN && !b.isNaN : a < b || !a.isNaN && b.isNaN
  }
}

/// The best channels so far as a binary heap with the worst on top (Williams 1964, "Heapsort").
private struct Heap {
  let values: UnsafePointer<Float>
  let op: TopK
  /// Channels, as floats.
  let places: UnsafeMutablePointer<Float>

  /// Fills `places` in order.
  func select(from channels: Int) {
    for channel in 0..<op.count { places[channel] = Float(channel) }
    for root in (0..<op.count / 2).reversed() { sink(root, op.count) }
    // Later channels are worse than equal ones in the heap.
    for channel in op.count..<channels where op.precedes(values[channel], values[Int(places[0])]) {
      places[0] = Float(channel)
      sink(0, op.count)
    }
    for end in (1..<op.count).reversed() {
      (places[0], places[end]) = (places[end], places[0])
      sink(0, end)
    }
  }

  /// Whether the channel at a place of the heap comes after that at another.
  @inline(__always)
  private func isWorse(_ first: Int, _ second: Int) -> Bool {
    let (a, b) = (values[Int(places[first])], values[Int(places[second])])
    return op.precedes(b, a) || !op.precedes(a, b) && places[first] > places[second]
  }

  private func sink(_ root: Int, _ end: Int) {
    var root = root
    while 2 * root + 1 < end {
      var child = 2 * root + 1
      if child + 1 < end, isWorse(child + 1, child) { child += 1 }
      guard isWorse(child, root) else { return }
      (places[root], places[child]) = (places[child], places[root])
      root = child
    }
  }
}
