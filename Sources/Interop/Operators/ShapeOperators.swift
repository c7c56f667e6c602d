import Engine

/// Operators that state shapes and constants.
extension ONNXImporter {
  static let shapeOperators: [String: Translation] = [
    "Constant": { call throws(InteropError) in [try constant(call)] },
    "ConstantOfShape": { call throws(InteropError) in [try constantOfShape(call)] },
    "Identity": { call throws(InteropError) in [try call.input(0)] },
    "Dropout": { call throws(InteropError) in [try call.input(0)] },
    "Shape": { call throws(InteropError) in [try shape(call)] },
    "Size": { call throws(InteropError) in
      [Operand(integers: [try call.input(0).count], dims: [])]
    },
    "Range": { call throws(InteropError) in [try range(call)] },
    "Cast": { call throws(InteropError) in
      try call.cast(try call.input(0), to: Int64(call.integer("to", default: 1)))
    },
    "CastLike": { call throws(InteropError) in
      try call.cast(try call.input(0), to: try call.input(1).type.rawValue)
    },
  ]

  private static func constant(_ call: OperatorCall) throws(InteropError) -> Operand {
    for (name, value) in call.node.attributes {
      switch (name, value) {
      case ("value", .tensor(let tensor)): return Operand(tensor)
      case ("value_float", .float(let value)):
        return Operand(ConstantTensor(.float, dims: [], values: .floats([value])))
      case ("value_floats", .floats(let values)):
        return Operand(ConstantTensor(.float, dims: [values.count], values: .floats(values)))
      case ("value_int", .integer(let value)):
        return Operand(ConstantTensor(.int64, dims: [], values: .integers([value])))
      case ("value_ints", .integers(let values)):
        return Operand(ConstantTensor(.int64, dims: [values.count], values: .integers(values)))
      default: continue
      }
    }
    throw InteropError("it has no value that Glimpse reads")
  }

  private static func constantOfShape(_ call: OperatorCall) throws(InteropError) -> Operand {
    let dims = try call.integers(0, "shape") ?? []
    var value = ConstantTensor(.float, dims: [1], values: .floats([0]))
    if case .tensor(let tensor) = call.node.attributes["value"] { value = tensor }
    guard value.values.count == 1, dims.allSatisfy({ $0 >= 0 }) else {
      throw InteropError("it makes a tensor of \(dims) of \(value.values.count) values")
    }
    try GraphBuilder.checkCount(dims)
    let one = Operand(ConstantTensor(value.type, dims: [], values: value.values))
    return one.expanded(dims) ?? one
  }

  private static func shape(_ call: OperatorCall) throws(InteropError) -> Operand {
    let dims = try call.input(0).dims
    func place(_ value: Int) -> Int {
      min(max(value < 0 ? value + dims.count : value, 0), dims.count)
    }
    let start = place(try call.integer("start", default: 0))
    let end = place(try call.integer("end", default: dims.count))
    return Operand(integers: start < end ? Array(dims[start..<end]) : [])
  }

  private static func range(_ call: OperatorCall) throws(InteropError) -> Operand {
    let type = try call.input(0).type
    guard let start = try call.floats(0, "start")?.first,
      let end = try call.floats(1, "end")?.first,
      let step = try call.floats(2, "step")?.first, step != 0
    else { throw InteropError("it needs a start, an end and a step other than 0") }
    let count = max(0, ((end - start) / step).rounded(.up))
    guard count <= Float(1 << 24) else { throw InteropError("it makes \(count) values") }
    let values = (0..<Int(count)).map { start + Float($0) * step }
    return Operand(
      ConstantTensor(type, dims: [values.count], values: GraphBuilder.values(values, as: type)))
  }
}

extension OperatorCall {
  /// The values as another type. Floating-point types are all computed in 32 bits.
  func cast(_ x: Operand, to code: Int64) throws(InteropError) -> [Operand] {
    guard let type = TensorType(rawValue: code) else {
      throw InteropError("it casts to the element type \(code), which Glimpse does not have")
    }
    if let constant = x.constant { return [Operand(constant.cast(to: type))] }
    if type == .bool, x.type != .bool { return [try builder.mapped(.boolean, x, type: type)] }
    if let limits = type.limits, limits.upperBound < x.type.limits?.upperBound ?? .max,
      type != .int64, type != .int32, type != .uint64, type != .uint32
    {
      let count = Float(limits.upperBound - limits.lowerBound + 1)
      return [
        try builder.mapped(.wrap(low: Float(limits.lowerBound), count: count), x, type: type)
      ]
    }
    if !type.isFloat, x.type.isFloat { return [try builder.mapped(.truncate, x, type: type)] }
    var result = x
    result.type = type
    return [result]
  }
}

extension ConstantTensor {
  func cast(to type: TensorType) -> ConstantTensor {
    if type.isFloat { return ConstantTensor(type, dims: dims, values: .floats(values.floats)) }
    switch values {
    case .integers(let values):
      return ConstantTensor(type, dims: dims, values: .integers(values.map(type.wrapped)))
    case .floats(let values) where type == .bool:
      return ConstantTensor(
        type, dims: dims, values: .integers(values.map { $0 == 0 ? 0 : 1 }))
    case .floats(let values):
      let wide = GraphBuilder.values(values, as: .int64)
      guard case .integers(let integers) = wide else { return self }
      return ConstantTensor(type, dims: dims, values: .integers(integers.map(type.wrapped)))
    }
  }
}
