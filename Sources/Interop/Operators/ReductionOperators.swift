import Engine

/// Operators that reduce axes, and softmax.
extension ONNXImporter {
  static let reductionOperators: [String: Translation] = [
    "ReduceSum": { call throws(InteropError) in [try reduce(call, .sum, inputSince: 13)] },
    "ReduceMean": { call throws(InteropError) in [try reduce(call, .mean)] },
    "ReduceMax": { call throws(InteropError) in [try reduce(call, .maximum)] },
    "ReduceMin": { call throws(InteropError) in [try reduce(call, .minimum)] },
    "ReduceProd": { call throws(InteropError) in [try reduce(call, .product)] },
    "ReduceL1": { call throws(InteropError) in [try reduce(call, .l1)] },
    "ReduceL2": { call throws(InteropError) in [try reduce(call, .l2)] },
    "ReduceSumSquare": { call throws(InteropError) in [try reduce(call, .sumOfSquares)] },
    "ReduceLogSum": { call throws(InteropError) in [try reduce(call, .logSum)] },
    "ReduceLogSumExp": { call throws(InteropError) in [try reduce(call, .logSumExp)] },
    "ArgMax": { call throws(InteropError) in
      [try extreme(call, first: .firstMaximum, last: .lastMaximum)]
    },
    "ArgMin": { call throws(InteropError) in
      [try extreme(call, first: .firstMinimum, last: .lastMinimum)]
    },
    "Softmax": { call throws(InteropError) in [try softmax(call)] },
    "LogSoftmax": { call throws(InteropError) in
      [try call.builder.mapped(.logarithm, softmax(call))]
    },
  ]

  private static func reduce(
    _ call: OperatorCall, _ function: Reduce.Function, inputSince version: Int = 18
  ) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let list = try call.version >= version ? call.integers(1, "axes") : call.integers("axes")
    if list?.isEmpty ?? true, try call.integer("noop_with_empty_axes", default: 0) == 1 { return x }
    let axes =
      list?.isEmpty ?? true ? Array(x.dims.indices) : try call.axes(list ?? [], rank: x.rank)
    return try call.builder.reduced(
      x, function, axes: axes, keepsAxes: call.integer("keepdims", default: 1) == 1)
  }

  private static func extreme(
    _ call: OperatorCall, first: Reduce.Function, last: Reduce.Function
  ) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let axis = try call.axis(call.integer("axis", default: 0), rank: x.rank)
    let takesLast = try call.integer("select_last_index", default: 0) == 1
    return try call.builder.reduced(
      x, takesLast ? last : first, axes: [axis],
      keepsAxes: call.integer("keepdims", default: 1) == 1, type: .int64)
  }

  /// Softmax over one axis, or before operator set 13 over all axes from one on.
  private static func softmax(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let isOld = call.version < 13
    let axis = try call.axis(call.integer("axis", default: isOld ? 1 : -1), rank: x.rank)
    if isOld {
      let dims = [x.dims[..<axis].reduce(1, *), x.dims[axis...].reduce(1, *)]
      // Where the other axes have one position, it is a softmax over one axis.
      if x.dims[(axis + 1)...].contains(where: { $0 != 1 }) {
        return try builder.reshaped(builder.softmax(builder.reshaped(x, dims), axis: 1), x.dims)
      }
    }
    return try builder.softmax(x, axis: axis)
  }
}

extension GraphBuilder {
  /// Reduces axes to one position each, or removes them.
  func reduced(
    _ x: Operand, _ function: Reduce.Function, axes: [Int], keepsAxes: Bool,
    type: TensorType? = nil
  ) throws(InteropError) -> Operand {
    guard x.count > 0 else { throw InteropError("its input has no values") }
    let kept = x.dims.indices.filter { !axes.contains($0) }
    let type = type ?? x.type
    var result: Operand
    let moved = x.transposed(kept + axes)
    let inner = axes.map { x.dims[$0] }.reduce(1, *)
    let dims = kept.map { x.dims[$0] }
    if let values = moved.floats {
      let reduced = values.withUnsafeBufferPointer { values in
        (0..<values.count / inner).map {
          function.value(
            UnsafeBufferPointer(rebasing: values[$0 * inner..<($0 + 1) * inner]))
        }
      }
      result = Operand(
        ConstantTensor(type, dims: dims, values: Self.values(reduced, as: type)))
    } else if function == .mean, x.rank == 4, axes == [2, 3] {
      result = operand(image: try apply(AveragePool.global, [image(x)])).removing([2, 3])
    } else {
      let order = Array(moved.dims.indices)
      let outer = dims.reduce(1, *)
      let value = try value(
        moved, order: order, shape: Shape(n: 1, h: 1, w: outer, c: inner))
      result = Operand(
        try apply(Reduce(function), [value]), type: type, dims: dims, order: Array(dims.indices))
    }
    return keepsAxes ? result.inserting(axes) : result
  }

  /// Softmax over one axis.
  func softmax(_ x: Operand, axis: Int) throws(InteropError) -> Operand {
    guard x.count > 0 else { throw InteropError("its input has no values") }
    let order = x.dims.indices.filter { $0 != axis } + [axis]
    // Images keep their shape; other tensors are rows.
    let shape =
      order == [0, 2, 3, 1]
      ? try Self.shape(x.dims, order: order)
      : Shape(n: 1, h: 1, w: x.count / x.dims[axis], c: x.dims[axis])
    let value = try apply(Softmax(), [self.value(x, order: order, shape: shape)])
    return Operand(value, type: x.type, dims: x.dims, order: order)
  }
}
