/// Runs of values in a tensor of `batches` x `extents` x `run` values that indices name.
///
/// There are `batches` x `places` tuples of indices, one index per extent; negative ones count from
/// the end (ONNX, "GatherND").
package struct IndexedRuns: Hashable, Sendable {
  package let batches: Int
  /// The extents of the axes that have indices.
  package let extents: [Int]
  /// The number of values of a run.
  package let run: Int
  /// The number of runs that are named per batch.
  package let places: Int

  package init(batches: Int, extents: [Int], run: Int, places: Int) {
    (self.batches, self.extents, self.run, self.places) = (batches, extents, run, places)
  }

  /// The number of values of the whole tensor, of all indices and of all named runs.
  package var count: Int { batches * extents.reduce(1, *) * run }
  package var indexCount: Int { batches * places * extents.count }
  package var namedCount: Int { batches * places * run }

  /// The position of the first value of the run that a tuple names; nil outside of the tensor.
  ///
  /// - Parameter index: The index at a position of all indices, and the extent of its axis.
  @inline(__always)
  package func start(_ tuple: Int, _ index: (_ position: Int, _ extent: Int) -> Int?) -> Int? {
    var position = tuple / places
    for (axis, extent) in extents.enumerated() {
      guard let index = index(tuple * extents.count + axis, extent), index >= -extent,
        index < extent
      else { return nil }
      position = position * extent + (index < 0 ? index + extent : index)
    }
    return position * run
  }

  /// A computed index as an integer; nil for one that no tensor has.
  static func integer(_ index: Float) -> Int? { abs(index) < 0x1p40 ? Int(index) : nil }
}

extension Op {
  /// Checks inputs by their numbers of values.
  func checkCounts(_ inputs: [Shape], _ counts: [Int]) throws(EngineError) {
    guard inputs.map(\.count) == counts else {
      throw EngineError("\(kind) takes inputs of \(counts) values, but got \(inputs)")
    }
  }
}

/// Copies the runs that computed indices name; inputs: the tensor, the indices. Inference only.
///
/// Indices outside of the tensor read its nearest value.
package struct GatherRuns: Op {
  package let runs: IndexedRuns

  package init(_ runs: IndexedRuns) { self.runs = runs }

  package var kind: String { "gather" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkCounts(inputs, [runs.count, runs.indexCount])
    return try Shape.checked(n: 1, h: 1, w: runs.batches * runs.places, c: runs.run)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, indices, y) = (pass.inputs[0], pass.inputs[1], pass.output)
        let work = WorkPartition(
          units: runs.batches * runs.places, costPerUnit: 16 * runs.extents.count + 4 * runs.run)
        return [
          ParallelLoop(work) { begin, end in
            for tuple in begin..<end {
              let start = runs.start(tuple) { position, extent in
                // 0 for NaN; the first or last value for infinities.
                let value = indices.element(position).pointee
                let limit = Float(extent)
                return value >= -limit
                  ? min(Int(min(value, limit)), extent - 1) : value.isNaN ? 0 : -extent
              }
              guard let start else { continue }
              let target = y.data + tuple * y.stride
              for index in 0..<runs.run { target[index] = x.element(start + index).pointee }
            }
          }
        ]
      }, backward: noBackward)
  }
}

/// A copy of a tensor with new values in the runs that computed indices name; inputs: the tensor, the
/// indices, the values. Inference only.
///
/// Indices outside of the tensor change nothing. Where indices name a run twice, values apply in order.
package struct ScatterRuns: Op {
  package let runs: IndexedRuns
  /// What becomes of an old and a new value; nil for the new one.
  package let function: BinaryFunction?

  package init(_ runs: IndexedRuns, _ function: BinaryFunction?) {
    (self.runs, self.function) = (runs, function)
  }

  package var kind: String { "scatter" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checkCounts(inputs, [runs.count, runs.indexCount, runs.namedCount])
    return inputs[0]
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    function == nil ? 0 : Double(runs.namedCount)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, indices, values) = (pass.inputs[0], pass.inputs[1], pass.inputs[2])
        let (y, size) = (pass.output, runs.count / runs.batches)
        // A run may be named twice within a batch, so that a batch is not divided.
        let work = WorkPartition(
          units: runs.batches, costPerUnit: 4 * size + 16 * runs.places * runs.run)
        return [
          ParallelLoop(work) { begin, end in
            for position in begin * size..<end * size {
              y.element(position).pointee = x.element(position).pointee
            }
            for tuple in begin * runs.places..<end * runs.places {
              let start = runs.start(tuple) { position, _ in
                IndexedRuns.integer(indices.element(position).pointee)
              }
              guard let start else { continue }
              for index in 0..<runs.run {
                let target = y.element(start + index)
                let value = values.element(tuple * runs.run + index).pointee
                target.pointee = function?.value(target.pointee, value) ?? value
              }
            }
          }
        ]
      }, backward: noBackward)
  }
}
