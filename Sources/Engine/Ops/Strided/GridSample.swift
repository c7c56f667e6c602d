/// Samples an image at computed points; inputs: n, h, w, c and points n, h', w', 2 (x, then y, from -1
/// to 1 over the image), output: n, h', w', c (ONNX, "GridSample"; Jaderberg et al. 2015, "Spatial
/// Transformer Networks"). Inference only.
package struct GridSample: Op {
  package enum Interpolation: Hashable, Sendable {
    /// Ties to even.
    case nearest
    case linear
    /// Keys 1981, "Cubic convolution interpolation for digital image processing", with a = -0.75.
    case cubic
  }

  /// What lies outside of the image.
  package enum Padding: Hashable, Sendable {
    case zeros, border, reflection
  }

  package let interpolation: Interpolation
  package let padding: Padding
  /// Whether -1 and 1 are the centers of the outermost pixels, not their outer edges.
  package let alignsCorners: Bool

  package init(_ interpolation: Interpolation, _ padding: Padding, alignsCorners: Bool) {
    (self.interpolation, self.padding) = (interpolation, padding)
    self.alignsCorners = alignsCorners
  }

  package var kind: String { "grid sample" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs, count: 2)
    guard inputs[1].n == shape.n, inputs[1].c == 2 else {
      throw EngineError("\(kind) takes images and points in them, but got \(inputs)")
    }
    return try Shape.checked(n: shape.n, h: inputs[1].h, w: inputs[1].w, c: shape.c)
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.count * taps * taps)
  }

  /// The number of source rows, and of columns, per point.
  private var taps: Int {
    switch interpolation {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, points, y) = (pass.inputs[0], pass.inputs[1], pass.output)
        let cost = 100 + 4 * taps * taps * x.shape.c
        return [
          ParallelLoop(WorkPartition(units: y.shape.pixels, costPerUnit: cost)) { begin, end in
            for pixel in begin..<end {
              let point = points.data + pixel * points.stride
              sample(
                x, image: pixel / (y.shape.h * y.shape.w), at: (point[0], point[1]),
                to: y.data + pixel * y.stride)
            }
          }
        ]
      }, backward: noBackward)
  }

  private func sample(
    _ x: View, image: Int, at point: (x: Float, y: Float), to target: UnsafeMutablePointer<Float>
  ) {
    let shape = x.shape
    let (rows, columns) = (sources(point.y, shape.h), sources(point.x, shape.w))
    target.update(repeating: 0, count: shape.c)
    for i in 0..<taps where rows.indices[i] >= 0 {
      for j in 0..<taps where columns.indices[j] >= 0 {
        let pixel = (image * shape.h + rows.indices[i]) * shape.w + columns.indices[j]
        let (source, weight) = (x.data + pixel * x.stride, rows.weights[i] * columns.weights[j])
        for channel in 0..<shape.c { target[channel] += weight * source[channel] }
      }
    }
  }

  /// The source rows or columns of a coordinate with their weights; -1 for one that is 0.
  private func sources(
    _ coordinate: Float, _ extent: Int
  ) -> (indices: SIMD4<Int>, weights: SIMD4<Float>) {
    let limits = alignsCorners ? 0...Float(extent - 1) : -0.5...Float(extent) - 0.5
    var place =
      alignsCorners
      ? (coordinate + 1) / 2 * Float(extent - 1) : ((coordinate + 1) * Float(extent) - 1) / 2
    // What is no number, or too large for an index, lies far outside.
    place = place > -0x1p30 ? min(place, 0x1p30) : -0x1p30
    if interpolation == .nearest { place.round(.toNearestOrEven) }
    // Cubic interpolation takes each source from the border or a reflection, as PyTorch and onnxruntime
    // do; ONNX's own reference moves the place to the border first.
    if interpolation != .cubic, !limits.contains(place) {
      switch padding {
      case .zeros: break
      case .border: place = min(max(place, 0), Float(extent - 1))
      case .reflection: place = Self.reflected(place, limits)
      }
    }
    let first = place.rounded(interpolation == .nearest ? .toNearestOrEven : .down)
    let rest = place - first
    func source(_ offset: Int) -> Int { inside(Int(first) + offset, extent, limits) }
    switch interpolation {
    case .nearest: return (SIMD4(source(0), -1, -1, -1), SIMD4(1, 0, 0, 0))
    case .linear:
      return (SIMD4(source(0), source(1), -1, -1), SIMD4(1 - rest, rest, 0, 0))
    case .cubic:
      return (SIMD4(source(-1), source(0), source(1), source(2)), Self.cubicWeights(rest))
    }
  }

  /// The index of the source for one that may lie outside; -1 for zero.
  private func inside(_ index: Int, _ extent: Int, _ limits: ClosedRange<Float>) -> Int {
    if (0..<extent).contains(index) { return index }
    switch padding {
    case .zeros: return -1
    case .border: return min(max(index, 0), extent - 1)
    case .reflection:
      return min(max(Int(Self.reflected(Float(index), limits)), 0), extent - 1)
    }
  }

  /// A place reflected at the limits until it lies between them.
  private static func reflected(_ place: Float, _ limits: ClosedRange<Float>) -> Float {
    let range = limits.upperBound - limits.lowerBound
    guard range > 0, !limits.contains(place) else { return limits.contains(place) ? place : 0 }
    let isBelow = place < limits.lowerBound
    let distance = isBelow ? limits.lowerBound - place : place - limits.upperBound
    let turns = (distance / range).rounded(.down)
    let rest = distance - turns * range
    let isTurned = turns.truncatingRemainder(dividingBy: 2) != 0
    return isBelow == isTurned ? limits.upperBound - rest : limits.lowerBound + rest
  }

  /// The weights of the pixels at -1, 0, 1 and 2 for a place between 0 and 1.
  private static func cubicWeights(_ place: Float) -> SIMD4<Float> {
    let a: Float = -0.75
    func near(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return SIMD4(far(place + 1), near(place), near(1 - place), far(2 - place))
  }
}
