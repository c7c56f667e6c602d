import Engine

/// Operators that choose values by a mask, and sums along an axis.
extension ONNXImporter {
  static let selectionOperators: [String: Translation] = [
    "Where": { call throws(InteropError) in
      [try call.builder.selected(call.input(0), call.input(1), call.input(2))]
    },
    "Trilu": { call throws(InteropError) in [try triangle(call)] },
    "CumSum": { call throws(InteropError) in [try cumulativeSum(call)] },
  ]

  /// The upper or lower triangle of matrices; 0 elsewhere.
  private static func triangle(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let isUpper = try call.integer("upper", default: 1) == 1
    let list = try call.integers(1, "k") ?? [0]
    guard x.rank >= 2, x.count > 0, let diagonal = list.first, list.count == 1 else {
      throw InteropError(
        "it takes matrices and one number of a diagonal, not \(x.dims) and \(list)")
    }
    let (height, width) = (x.dims[x.rank - 2], x.dims[x.rank - 1])
    let mask = (0..<height).flatMap { row in
      (0..<width).map { column -> Int64 in
        (isUpper ? column - row >= diagonal : column - row <= diagonal) ? 1 : 0
      }
    }
    let zero = ConstantTensor(x.type, dims: [], values: GraphBuilder.values([0], as: x.type))
    return try call.builder.selected(
      Operand(ConstantTensor(.bool, dims: [height, width], values: .integers(mask))), x,
      Operand(zero))
  }

  private static func cumulativeSum(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    guard let list = try call.integers(1, "axis"), list.count == 1, x.rank > 0, x.count > 0 else {
      throw InteropError("it needs one axis and an input with values")
    }
    let axis = try call.axis(list[0], rank: x.rank)
    let order = x.dims.indices.filter { $0 != axis } + [axis]
    let isReversed = try call.integer("reverse", default: 0) == 1
    func turned(_ x: Operand) -> Operand {
      let extent = x.dims[x.rank - 1]
      return isReversed ? x.sliced(x.rank - 1, from: extent - 1, count: extent, step: -1) : x
    }
    let moved = turned(x.transposed(order))
    let op = CumulativeSum(isExclusive: try call.integer("exclusive", default: 0) == 1)
    let result: Operand
    if let constant = moved.constant {
      result = Operand(
        ConstantTensor(
          x.type, dims: moved.dims,
          values: op.sums(constant.values, moved.dims[x.rank - 1], x.type)))
    } else {
      result = Operand(
        try builder.apply(op, [builder.rows(moved)]), type: x.type, dims: moved.dims,
        order: Array(moved.dims.indices))
    }
    return turned(result).transposed(order.inverted)
  }
}

extension GraphBuilder {
  /// `a` where the condition holds, else `b`; axes of extent 1 are repeated.
  func selected(
    _ condition: Operand, _ a: Operand, _ b: Operand
  ) throws(InteropError) -> Operand {
    let dims = try Self.broadcast(condition.dims, Self.broadcast(a.dims, b.dims))
    guard a.type.isFloat == b.type.isFloat else {
      throw InteropError("it chooses between tensors of two types")
    }
    let all = [condition, a, b]
    let views = all.compactMap { $0.expanded(dims) }
    let constants = views.compactMap(\.constant)
    if constants.count == 3 {
      let holds = constants[0].values.floats.map { $0 != 0 }
      func chosen<Number>(_ a: [Number], _ b: [Number]) -> [Number] {
        holds.indices.map { holds[$0] ? a[$0] : b[$0] }
      }
      let values: TensorValues
      switch (constants[1].values, constants[2].values) {
      case (.integers(let a), .integers(let b)): values = .integers(chosen(a, b))
      case (let a, let b): values = .floats(chosen(a.floats, b.floats))
      }
      return Operand(ConstantTensor(a.type, dims: dims, values: values))
    }
    guard dims.allSatisfy({ $0 > 0 }) else { throw InteropError("its input has no values") }
    // Memory follows the largest computed operand.
    let largest = all.filter { !$0.isConstant }.max { $0.count < $1.count }
    let order = largest?.expanded(dims)?.order ?? Array(dims.indices)
    var (values, layouts) = ([Value](), [StridedLayout]())
    for input in all {
      let located = input.isConstant ? try dense(input) : input
      guard let view = located.expanded(dims), case .value(let value) = view.source else {
        continue
      }
      values.append(value)
      layouts.append(view.transposed(order).layout)
    }
    let op = Select(
      inputs: values.map(\.shape), output: try Self.shape(dims, order: order),
      extents: order.map { dims[$0] }, layouts: layouts)
    return Operand(try apply(op, values), type: a.type, dims: dims, order: order)
  }
}

extension CumulativeSum {
  /// The sums of rows of constants.
  func sums(_ values: TensorValues, _ extent: Int, _ type: TensorType) -> TensorValues {
    func summed<Number>(
      _ values: [Number], zero: Number, _ add: (Number, Number) -> Number
    ) -> [Number] {
      var (result, sum) = (values, zero)
      for index in values.indices {
        let before = index % extent == 0 ? zero : sum
        sum = add(before, values[index])
        result[index] = isExclusive ? before : sum
      }
      return result
    }
    switch values {
    case .floats(let values):
      return .floats(summed(values.map(Double.init), zero: 0, +).map { Float($0) })
    case .integers(let values):
      return .integers(summed(values, zero: 0) { type.wrapped($0 &+ $1) })
    }
  }
}
