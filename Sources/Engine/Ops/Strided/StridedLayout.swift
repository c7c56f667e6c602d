/// Positions of values in a dense tensor: one stride per extent, and an offset, all in values.
///
/// It describes what transposing, slicing, repeating and splitting axes make of a tensor.
package struct StridedLayout: Hashable, Sendable {
  package var offset: Int
  /// One per extent of the loop; 0 repeats a value, negative ones run backward.
  package var strides: [Int]

  package init(offset: Int = 0, strides: [Int]) { (self.offset, self.strides) = (offset, strides) }

  /// The first and the last position for extents of at least 1.
  package func bounds(_ extents: [Int]) -> ClosedRange<Int> {
    var (low, high) = (offset, offset)
    for (extent, stride) in zip(extents, strides) {
      let reach = (extent - 1) * stride
      if reach < 0 { low += reach } else { high += reach }
    }
    return low...high
  }

  /// Traps unless the extents fill the output and every layout along them lies inside its input.
  static func checkBroadcasting(
    _ layouts: [StridedLayout], of inputs: [Shape], to output: Shape, _ extents: [Int]
  ) {
    precondition(extents.reduce(1, *) == output.count, "\(extents) do not fill \(output)")
    for (layout, shape) in zip(layouts, inputs) {
      let bounds = layout.bounds(extents)
      precondition(
        bounds.lowerBound >= 0 && bounds.upperBound < shape.count, "a layout exceeds its tensor")
    }
  }

  /// The strides of a dense tensor in row-major order.
  package static func rowMajor(_ extents: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  /// The same positions in a view whose pixels have gaps; nil if a stride crosses pixels unevenly.
  func placed(in view: View, _ extents: [Int]) -> StridedLayout? {
    if view.isDense { return self }
    let channels = view.shape.c
    var inner = offset % channels
    var result = StridedLayout(
      offset: offset / channels * view.stride + inner, strides: strides)
    for (axis, stride) in strides.enumerated() where extents[axis] > 1 {
      if stride % channels == 0 {
        result.strides[axis] = stride / channels * view.stride
      } else if stride > 0 {
        inner += (extents[axis] - 1) * stride
      } else {
        return nil
      }
    }
    return inner < channels ? result : nil
  }
}

/// A loop over strided tensors: extents from the outermost to the innermost, and the layout of each
/// operand; neighboring axes that all operands run through evenly are joined.
struct StridedLoop {
  private(set) var extents: [Int]
  private(set) var layouts: [StridedLayout]

  init(extents: [Int], layouts: [StridedLayout]) {
    self.extents = []
    self.layouts = layouts.map { StridedLayout(offset: $0.offset, strides: []) }
    for axis in extents.indices where extents[axis] != 1 {
      let joins =
        !self.extents.isEmpty
        && zip(self.layouts, layouts).allSatisfy { own, other in
          own.strides[own.strides.count - 1] == other.strides[axis] * extents[axis]
        }
      if joins {
        self.extents[self.extents.count - 1] *= extents[axis]
        for index in layouts.indices {
          self.layouts[index].strides[self.extents.count - 1] = layouts[index].strides[axis]
        }
      } else {
        self.extents.append(extents[axis])
        for index in layouts.indices {
          self.layouts[index].strides.append(layouts[index].strides[axis])
        }
      }
    }
    if self.extents.isEmpty {
      self.extents = [1]
      for index in layouts.indices { self.layouts[index].strides = [1] }
    }
  }

  /// The number of values of a run along the innermost axis.
  var runLength: Int { extents[extents.count - 1] }
  /// The number of runs.
  var runs: Int { extents.dropLast().reduce(1, *) }
  /// The stride of an operand along a run.
  func step(_ operand: Int) -> Int { layouts[operand].strides[extents.count - 1] }

  /// Calls `body` for each run of a range with the positions of the first values of up to four operands.
  @inline(__always)
  func forEachRun(_ runs: Range<Int>, _ body: (SIMD4<Int>) -> Void) {
    let axis = extents.count - 2
    let neighbors = axis >= 0 ? extents[axis] : 1
    var step = SIMD4<Int>.zero
    if axis >= 0 {
      for (operand, layout) in layouts.enumerated() { step[operand] = layout.strides[axis] }
    }
    var run = runs.lowerBound
    while run < runs.upperBound {
      var position = start(run)
      let end = min((run / neighbors + 1) * neighbors, runs.upperBound)
      while run < end {
        body(position)
        position &+= step
        run += 1
      }
    }
  }

  /// The positions of the first values of a run.
  private func start(_ run: Int) -> SIMD4<Int> {
    var position = SIMD4<Int>.zero
    for (operand, layout) in layouts.enumerated() {
      var rest = run
      position[operand] = layout.offset
      for axis in extents.indices.dropLast().reversed() {
        position[operand] += rest % extents[axis] * layout.strides[axis]
        rest /= extents[axis]
      }
    }
    return position
  }
}

extension View {
  /// The address of the value at a position of the dense tensor.
  @inline(__always)
  func element(_ position: Int) -> UnsafeMutablePointer<Float> {
    isDense
      ? data + position : data + (position / shape.c * stride + position % shape.c)
  }
}
