import Engine

/// Operators with indices, which may be computed.
extension ONNXImporter {
  static let indexOperators: [String: Translation] = [
    "TopK": { call throws(InteropError) in try top(call) },
    "GatherElements": { call throws(InteropError) in [try gatherElements(call)] },
    "GatherND": { call throws(InteropError) in
      [
        try call.builder.gathered(
          call.input(0), at: call.input(1), batchAxes: call.integer("batch_dims", default: 0))
      ]
    },
    "ScatterElements": { call throws(InteropError) in [try scatterElements(call)] },
    "ScatterND": { call throws(InteropError) in
      [
        try call.builder.scattered(
          call.input(0), at: call.input(1), call.input(2), call.scatterFunction())
      ]
    },
    "OneHot": { call throws(InteropError) in [try oneHot(call)] },
    "NonZero": { call throws(InteropError) in [try nonZero(call)] },
  ]

  /// The largest or smallest values along an axis, in order, and their indices.
  private static func top(_ call: OperatorCall) throws(InteropError) -> [Operand] {
    let (x, builder) = (try call.input(0), call.builder)
    let (axis, order) = try call.lastAxis(x, default: -1)
    let extent = x.dims[axis]
    let list = try call.version >= 10 ? call.integers(1, "k") : call.integer("k").map { [$0] }
    guard let list, list.count == 1, (1...max(extent, 1)).contains(list[0]),
      x.count > 0
    else {
      throw InteropError(
        "its k is \(list.map { "\($0)" } ?? "missing"); it must be one number from 1 to the \(extent) "
          + "values of axis \(axis)")
    }
    let op = TopK(list[0], isLargest: try call.integer("largest", default: 1) == 1)
    let moved = x.transposed(order)
    let dims = Array(moved.dims.dropLast()) + [list[0]]
    let places: Operand
    if let constant = moved.constant {
      places = Operand(integers: op.places(constant.values, extent), dims: dims)
    } else {
      let value = try builder.apply(op, [builder.rows(moved)])
      places = Operand(value, type: .int64, dims: dims, order: Array(dims.indices))
    }
    let values = try builder.gathered(
      moved, at: places.inserting([x.rank]), batchAxes: x.rank - 1)
    return [values, places].map { $0.transposed(order.inverted) }
  }

  private static func gatherElements(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, indices) = (try call.input(0), try call.input(1))
    let (axis, order) = try call.lastAxis(x, default: 0)
    let part = try call.part(of: x, indices, besides: axis)
    return try call.builder.gathered(
      part.transposed(order), at: indices.transposed(order).inserting([x.rank]),
      batchAxes: x.rank - 1
    ).transposed(order.inverted)
  }

  private static func scatterElements(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, indices, updates) = (try call.input(0), try call.input(1), try call.input(2))
    let (axis, order) = try call.lastAxis(x, default: 0)
    let part = try call.part(of: x, indices, besides: axis)
    guard updates.dims == indices.dims else {
      throw InteropError("its updates are \(updates.dims), and its indices \(indices.dims)")
    }
    let changed = try call.builder.scattered(
      part.transposed(order), at: indices.transposed(order).inserting([x.rank]),
      updates.transposed(order), batchAxes: x.rank - 1, call.scatterFunction()
    ).transposed(order.inverted)
    if part.dims == x.dims { return changed }
    let start = [Int](repeating: 0, count: x.rank)
    return try call.builder.assembled(x.type, x.dims, [(x, start), (changed, start)])
  }

  private static func oneHot(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (indices, values, builder) = (try call.input(0), try call.input(2), call.builder)
    guard let depth = try call.floats(1, "depth"), depth.count == 1,
      (1...Float(1 << 24)).contains(depth[0]), values.dims == [2]
    else { throw InteropError("it needs a depth from 1 to 2^24 and two values") }
    let axis = try call.axis(call.integer("axis", default: -1), rank: indices.rank + 1)
    let type = indices.type
    func numbers(_ list: [Float], _ dims: [Int]) -> Operand {
      Operand(ConstantTensor(type, dims: dims, values: GraphBuilder.values(list, as: type)))
    }
    var places = indices.inserting([axis])
    if type.limits?.lowerBound != 0 {
      let isNegative = try builder.combined(.less, places, numbers([0], []))
      let fromEnd = try builder.combined(.add, places, numbers(depth, []))
      places = try builder.selected(isNegative, fromEnd, places)
    }
    let ones = [Int](repeating: 1, count: indices.rank - axis)
    let classes = numbers((0..<Int(depth[0])).map { Float($0) }, [Int(depth[0])] + ones)
    let isClass = try builder.combined(.equal, places, classes)
    func value(_ index: Int) -> Operand {
      values.sliced(0, from: index, count: 1).removing([0])
    }
    return try builder.selected(isClass, value(1), value(0))
  }

  private static func nonZero(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    guard let floats = x.floats, x.rank > 0 else {
      throw InteropError(
        "how many values it has depends on its input, which must be constant and no scalar")
    }
    let found = floats.indices.filter { floats[$0] != 0 }
    let strides = StridedLayout.rowMajor(x.dims)
    let places = x.dims.indices.flatMap { axis in
      found.map { $0 / strides[axis] % x.dims[axis] }
    }
    return Operand(integers: places, dims: [x.rank, found.count])
  }
}

extension OperatorCall {
  /// The operator's axis, and an order of all axes that has it last.
  func lastAxis(
    _ x: Operand, default value: Int
  ) throws(InteropError) -> (axis: Int, order: [Int]) {
    let axis = try axis(integer("axis", default: value), rank: x.rank)
    return (axis, x.dims.indices.filter { $0 != axis } + [axis])
  }

  /// The part of a tensor that indices reach, which may be shorter than it on other axes.
  func part(of x: Operand, _ indices: Operand, besides axis: Int) throws(InteropError) -> Operand {
    guard indices.rank == x.rank,
      x.dims.indices.allSatisfy({ $0 == axis || indices.dims[$0] <= x.dims[$0] })
    else { throw InteropError("its indices are \(indices.dims) for an input of \(x.dims)") }
    var part = x
    for other in x.dims.indices where other != axis {
      part = part.sliced(other, from: 0, count: indices.dims[other])
    }
    return part
  }

  /// What a scatter operator does with an old and a new value; nil to take the new one.
  func scatterFunction() throws(InteropError) -> BinaryFunction? {
    let name = try text("reduction", default: "none")
    switch name {
    case "none": return nil
    case "add": return .add
    case "mul": return .multiply
    case "max": return .maximum
    case "min": return .minimum
    default: throw InteropError("its reduction is \(printable(name))")
    }
  }
}

extension GraphBuilder {
  /// A tensor as pixels whose channels are its last axis.
  func rows(_ x: Operand) throws(InteropError) -> Value {
    let channels = x.dims[x.rank - 1]
    return try value(
      x, order: Array(x.dims.indices),
      shape: Shape(n: 1, h: 1, w: x.count / channels, c: channels))
  }
}

extension [Int] {
  /// The permutation that undoes this one.
  var inverted: [Int] {
    var result = self
    for (index, place) in enumerated() { result[place] = index }
    return result
  }
}

extension TopK {
  /// The places in rows of constants.
  func places(_ values: TensorValues, _ extent: Int) -> [Int] {
    func sorted<Number>(_ values: [Number], _ precedes: (Number, Number) -> Bool) -> [Int] {
      stride(from: 0, to: values.count, by: extent).flatMap { start in
        (0..<extent).sorted { first, second in
          let (a, b) = (values[start + first], values[start + second])
          return precedes(a, b) || !precedes(b, a) && first < second
        }.prefix(count)
      }
    }
    switch values {
    case .floats(let values): return sorted(values, precedes)
    case .integers(let values): return sorted(values) { isLargest ? $0 > $1 : $0 < $1 }
    }
  }
}
