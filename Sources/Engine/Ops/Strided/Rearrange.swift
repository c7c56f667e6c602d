/// Copies strided parts of its inputs into a new tensor: transposition, slicing, repetition,
/// concatenation along any axis, padding with a constant, and all compositions of them.
///
/// Made for networks from files, whose tensors have any rank; shapes are fixed. Inference only.
package struct Rearrange: Op {
  /// A part of an input and its place in the output.
  package struct Part: Hashable, Sendable {
    /// The index of the input.
    package var input: Int
    /// The extents of the part, at least 1.
    package var extents: [Int]
    package var source: StridedLayout
    package var target: StridedLayout

    package init(input: Int, extents: [Int], source: StridedLayout, target: StridedLayout) {
      (self.input, self.extents, self.source, self.target) = (input, extents, source, target)
    }
  }

  package let inputShapes: [Shape]
  package let output: Shape
  /// The value of what no part covers; nil if parts cover everything.
  package let fill: Float?
  package let parts: [Part]

  /// Every part must lie inside its input and the output.
  package init(inputs: [Shape], output: Shape, fill: Float? = nil, parts: [Part]) {
    for part in parts {
      let (source, target) = (part.source.bounds(part.extents), part.target.bounds(part.extents))
      precondition(
        source.lowerBound >= 0 && source.upperBound < inputs[part.input].count
          && target.lowerBound >= 0 && target.upperBound < output.count,
        "a part lies outside of its tensor")
    }
    (inputShapes, self.output, self.fill, self.parts) = (inputs, output, fill, parts)
  }

  package var kind: String { "rearrange" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkFixed(inputs, inputShapes)
    return output
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        var loops: [ParallelLoop] = []
        if let fill {
          let y = pass.output
          loops.append(
            ParallelLoop(
              WorkPartition(units: y.shape.pixels, costPerUnit: WorkPartition.copyCost * y.shape.c)
            ) {
              begin, end in
              for pixel in begin..<end {
                (y.data + pixel * y.stride).update(repeating: fill, count: y.shape.c)
              }
            })
        }
        for part in parts {
          loops.append(copy(part, pass.inputs[part.input], to: pass.output))
        }
        return loops
      }, backward: noBackward)
  }

  private func copy(_ part: Part, _ x: View, to y: View) -> ParallelLoop {
    guard let source = part.source.placed(in: x, part.extents),
      let target = part.target.placed(in: y, part.extents)
    else { return copySlowly(part, x, to: y) }
    // Runs follow the output, so that writes are in order.
    var axes = part.extents.indices.filter { part.extents[$0] > 1 }.sorted {
      abs(part.target.strides[$0]) > abs(part.target.strides[$1])
    }
    // Where two groups of channels alternate in the output, the distance between them in the input.
    var pair: Int?
    if let last = axes.last, let long = axes.dropLast().last, part.extents[last] < 8 {
      if part.extents[last] == 2, (target.strides[long], target.strides[last]) == (2, 1),
        source.strides[long] == 1
      {
        pair = source.strides[last]
        axes.removeLast()
      } else if part.extents[last] < part.extents[long] {
        // Many short runs take longer than few long ones with steps.
        axes.swapAt(axes.count - 1, axes.count - 2)
      }
    }
    func sorted(_ layout: StridedLayout) -> StridedLayout {
      StridedLayout(offset: layout.offset, strides: axes.map { layout.strides[$0] })
    }
    let loop = StridedLoop(
      extents: axes.map { part.extents[$0] }, layouts: [sorted(source), sorted(target)])
    let (count, from, to) = (loop.runLength, loop.step(0), loop.step(1))
    let (xs, ys) = (x.data, y.data)
    let work = WorkPartition(units: loop.runs, costPerUnit: WorkPartition.copyCost * count)
    return ParallelLoop(work) { begin, end in
      loop.forEachRun(begin..<end) { starts in
        let (source, target) = (xs + starts[0], ys + starts[1])
        if let pair {
          for index in 0..<count {
            target[2 * index] = source[index]
            target[2 * index + 1] = source[pair + index]
          }
        } else if from == 1, to == 1 {
          target.update(from: source, count: count)
        } else {
          for index in 0..<count { target[index * to] = source[index * from] }
        }
      }
    }
  }

  /// The same where a tensor has gaps between pixels that the part does not follow.
  private func copySlowly(_ part: Part, _ x: View, to y: View) -> ParallelLoop {
    let loop = StridedLoop(extents: part.extents, layouts: [part.source, part.target])
    let (count, from, to) = (loop.runLength, loop.step(0), loop.step(1))
    let work = WorkPartition(units: loop.runs, costPerUnit: 40 * count)
    return ParallelLoop(work) { begin, end in
      loop.forEachRun(begin..<end) { starts in
        for index in 0..<count {
          y.element(starts[1] + index * to).pointee = x.element(starts[0] + index * from).pointee
        }
      }
    }
  }
}

extension Op {
  /// The backward pass of an op that is for inference only.
  var noBackward: (BackwardContext) -> [ParallelLoop] {
    { _ in preconditionFailure("\(kind) has no backward pass") }
  }

  /// Throws for inputs of other shapes than the op was made for.
  func checkFixed(_ inputs: [Shape], _ expected: [Shape]) throws(EngineError) {
    guard inputs == expected else {
      throw EngineError(
        "\(kind): the network was imported for inputs of one size, and this one needs "
          + "\(expected), but got \(inputs)")
    }
  }
}
