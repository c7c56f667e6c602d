import Engine

extension GraphBuilder {
  /// The values that tuples of indices name (ONNX, "GatherND"): batch axes, which both have, then the
  /// other axes of `indices` except the last, which runs over a tuple, then the axes of `x` that have no
  /// index.
  ///
  /// Constant indices outside of `x` are an error; computed ones read its nearest value.
  func gathered(
    _ x: Operand, at indices: Operand, batchAxes: Int = 0
  ) throws(InteropError) -> Operand {
    let (runs, dims) = try indexed(x, indices, batchAxes)
    let starts = try Self.starts(runs, indices)
    if let constant = x.constant, let starts {
      func taken<Number>(_ values: [Number]) -> [Number] {
        starts.flatMap { values[$0..<$0 + runs.run] }
      }
      switch constant.values {
      case .floats(let values):
        return Operand(ConstantTensor(x.type, dims: dims, values: .floats(taken(values))))
      case .integers(let values):
        return Operand(ConstantTensor(x.type, dims: dims, values: .integers(taken(values))))
      }
    }
    let value = try apply(GatherRuns(runs), [plain(x), plain(indices)])
    return Operand(value, type: x.type, dims: dims, order: Array(dims.indices))
  }

  /// A copy of `x` in which the values that tuples of indices name are new (ONNX, "ScatterND").
  ///
  /// - Parameter function: What becomes of an old and a new value; nil for the new one.
  func scattered(
    _ x: Operand, at indices: Operand, _ updates: Operand, batchAxes: Int = 0,
    _ function: BinaryFunction?
  ) throws(InteropError) -> Operand {
    let (runs, dims) = try indexed(x, indices, batchAxes)
    guard updates.dims == dims, updates.type == x.type else {
      throw InteropError("its updates are \(updates.dims), and its indices name \(dims) values")
    }
    let starts = try Self.starts(runs, indices)
    if let old = x.constant, let new = updates.constant, let starts {
      func changed<Number>(
        _ values: [Number], _ updates: [Number], _ function: (Number, Number) -> Number
      ) -> [Number] {
        var values = values
        for (tuple, start) in starts.enumerated() {
          for index in 0..<runs.run {
            values[start + index] = function(
              values[start + index], updates[tuple * runs.run + index])
          }
        }
        return values
      }
      let values: TensorValues
      switch (old.values, new.values) {
      case (.integers(let a), .integers(let b)):
        values = .integers(
          changed(a, b) { x.type.wrapped(function?.value($0, $1) ?? $1) })
      default:
        values = .floats(
          changed(old.values.floats, new.values.floats) { function?.value($0, $1) ?? $1 })
      }
      return Operand(ConstantTensor(x.type, dims: x.dims, values: values))
    }
    let value = try apply(
      ScatterRuns(runs, function), [plain(x), plain(indices), plain(updates)])
    return Operand(value, type: x.type, dims: x.dims, order: Array(x.dims.indices))
  }

  /// A tensor densely in row-major order.
  private func plain(_ x: Operand) throws(InteropError) -> Value {
    let order = Array(x.dims.indices)
    return try value(x, order: order, shape: Self.shape(x.dims, order: order))
  }

  /// The runs that indices name, and the extents of what they name.
  private func indexed(
    _ x: Operand, _ indices: Operand, _ batchAxes: Int
  ) throws(InteropError) -> (runs: IndexedRuns, dims: [Int]) {
    guard !indices.type.isFloat else { throw InteropError("its indices are no integers") }
    guard x.count > 0, indices.count > 0 else { throw InteropError("its input has no values") }
    guard let axes = indices.dims.last, (0..<indices.rank).contains(batchAxes),
      axes <= x.rank, batchAxes <= x.rank - axes,
      x.dims[..<batchAxes] == indices.dims[..<batchAxes]
    else {
      throw InteropError(
        "its indices are \(indices.dims) for an input of \(x.dims) with \(batchAxes) batch axes")
    }
    let (places, rest) = (indices.dims[batchAxes...].dropLast(), x.dims[(batchAxes + axes)...])
    let dims = Array(indices.dims.dropLast() + rest)
    try Self.checkCount(dims)
    let runs = IndexedRuns(
      batches: x.dims[..<batchAxes].reduce(1, *),
      extents: Array(x.dims[batchAxes..<batchAxes + axes]), run: rest.reduce(1, *),
      places: places.reduce(1, *))
    return (runs, dims)
  }

  /// The positions of the runs that constant indices name; nil for computed ones.
  private static func starts(
    _ runs: IndexedRuns, _ indices: Operand
  ) throws(InteropError) -> [Int]? {
    guard let list = indices.integers else { return nil }
    let starts = (0..<runs.batches * runs.places).compactMap { tuple in
      runs.start(tuple) { position, _ in list[position] }
    }
    guard starts.count == runs.batches * runs.places else {
      throw InteropError("its indices lie outside of \(runs.extents) values")
    }
    return starts
  }

  /// Checks that a tensor is not too large.
  static func checkCount(_ dims: [Int]) throws(InteropError) {
    var count = 1
    for dim in dims {
      let (product, overflow) = count.multipliedReportingOverflow(by: dim)
      guard !overflow, (0...mostValues).contains(dim), (0...mostValues).contains(product) else {
        throw InteropError("its result would be \(dims); a tensor may have \(mostValues) values")
      }
      count = product
    }
  }
}
