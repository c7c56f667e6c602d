import Engine

extension GraphBuilder {
  /// An activation of the engine, which a preceding convolution can absorb.
  func activated(_ activation: Activation, _ x: Operand) throws(InteropError) -> Operand {
    let x = try dense(x)
    guard case .value(let value) = x.source else { return x }
    var result = x
    result.source = .value(try apply(ActivationOp(activation), [value]))
    return result
  }

  /// An elementwise function.
  func mapped(
    _ function: UnaryFunction, _ x: Operand, type: TensorType? = nil
  ) throws(InteropError) -> Operand {
    let type = type ?? x.type
    if let floats = x.floats {
      let values = floats.map(function.value)
      return Operand(
        ConstantTensor(type, dims: x.dims, values: Self.values(values, as: type)))
    }
    var result = try dense(x)
    guard case .value(let value) = result.source else { return result }
    result.source = .value(try apply(UnaryOp(function), [value]))
    result.type = type
    return result
  }

  /// Floats as the values of a type.
  static func values(_ floats: [Float], as type: TensorType) -> TensorValues {
    type.isFloat ? .floats(floats) : .integers(floats.map(type.integer))
  }

  /// The extents of both operands with axes of extent 1 repeated.
  static func broadcast(_ a: [Int], _ b: [Int]) throws(InteropError) -> [Int] {
    let rank = max(a.count, b.count)
    let (first, second) = (
      [Int](repeating: 1, count: rank - a.count) + a, [Int](repeating: 1, count: rank - b.count) + b
    )
    var result: [Int] = []
    for (x, y) in zip(first, second) {
      guard x == y || x == 1 || y == 1 else {
        throw InteropError("tensors of \(a) and \(b) do not fit each other")
      }
      result.append(x == 1 ? y : x)
    }
    try checkCount(result)
    return result
  }

  /// An elementwise function of two tensors with axes of extent 1 repeated.
  func combined(
    _ function: BinaryFunction, _ a: Operand, _ b: Operand
  ) throws(InteropError) -> Operand {
    let dims = try Self.broadcast(a.dims, b.dims)
    let type = function.isPredicate ? TensorType.bool : a.type
    guard let first = a.expanded(dims), let second = b.expanded(dims) else {
      throw InteropError("tensors of \(a.dims) and \(b.dims) do not fit each other")
    }
    if let x = first.constant, let y = second.constant {
      return Operand(
        ConstantTensor(type, dims: dims, values: Self.folded(function, x.values, y.values, type)))
    }
    guard dims.allSatisfy({ $0 > 0 }) else { throw InteropError("its input has no values") }
    if type.isFloat, let result = try fast(function, a, b, dims) { return result }
    // Memory follows the larger operand.
    let order = (a.isConstant || (b.count > a.count && !b.isConstant) ? second : first).order
    let inputs = [try located(a), try located(b)]
    var (values, layouts) = ([Value](), [StridedLayout]())
    for input in inputs {
      guard let view = input.expanded(dims), case .value(let value) = view.source else { continue }
      values.append(value)
      layouts.append(view.transposed(order).layout)
    }
    let shape = try Self.shape(dims, order: order)
    let op = BinaryOp(
      function, inputs: values.map(\.shape), output: shape, extents: order.map { dims[$0] },
      layouts: layouts)
    return Operand(try apply(op, values), type: type, dims: dims, order: order)
  }

  /// A constant as a value of the graph; a computed operand as it is.
  private func located(_ operand: Operand) throws(InteropError) -> Operand {
    operand.isConstant ? try dense(operand) : operand
  }

  private static func folded(
    _ function: BinaryFunction, _ a: TensorValues, _ b: TensorValues, _ type: TensorType
  ) -> TensorValues {
    if case .integers(let a) = a, case .integers(let b) = b {
      return .integers(zip(a, b).map { type.wrapped(function.value($0, $1)) })
    }
    return values(zip(a.floats, b.floats).map { function.value($0, $1) }, as: type)
  }

  /// The ops that the engine fuses and has kernels for; nil where none fits.
  private func fast(
    _ function: BinaryFunction, _ a: Operand, _ b: Operand, _ dims: [Int]
  ) throws(InteropError) -> Operand? {
    guard function == .add || function == .multiply || function == .subtract else { return nil }
    if a.isConstant, function != .subtract { return try fast(function, b, a, dims) }
    guard a.dims == dims else {
      return function != .subtract && b.dims == dims && !b.isConstant
        ? try fast(function, b, a, dims) : nil
    }
    if b.isConstant { return try channelwise(function, a, b) }
    guard function != .subtract else { return nil }
    let first = try dense(a)
    guard case .value(let x) = first.source else { return nil }
    if b.dims == dims, b.isDense(first.order), case .value(let y) = b.source,
      x.shape.count == y.shape.count
    {
      let other =
        x.shape == y.shape ? y : try value(b, order: first.order, shape: x.shape)
      var result = first
      result.source = .value(
        function == .add ? try apply(Add(), [x, other]) : try apply(Multiply(), [x, other]))
      return result
    }
    // One factor per channel.
    guard function == .multiply, dims.count == 4, b.dims == [dims[0], dims[1], 1, 1],
      first.isDense([0, 2, 3, 1])
    else { return nil }
    return operand(
      image: try apply(Multiply(), [image(first), image(b)]), type: a.type)
  }

  /// A constant per channel, or one for all, as a normalization that a convolution can absorb.
  private func channelwise(
    _ function: BinaryFunction, _ a: Operand, _ b: Operand
  ) throws(InteropError) -> Operand? {
    guard a.rank == 4, a.isDense([0, 2, 3, 1]) || a.dims[2] * a.dims[3] == 1,
      let b = b.expanded([1, b.count == 1 ? 1 : a.dims[1], 1, 1]), var values = b.floats
    else { return nil }
    let channels = a.dims[1]
    if values.count == 1 { values = [Float](repeating: values[0], count: channels) }
    switch function {
    case .add: return try affine(a, scale: nil, shift: values)
    case .subtract: return try affine(a, scale: nil, shift: values.map { -$0 })
    default: return try affine(a, scale: values, shift: nil)
    }
  }

  /// x * scale + shift per channel of an image.
  func affine(_ x: Operand, scale: [Float]?, shift: [Float]?) throws(InteropError) -> Operand {
    let channels = x.dims[1]
    let zeros = [Float](repeating: 0, count: channels)
    let ones = [Float](repeating: 1, count: channels)
    let value = try apply(
      BatchNorm(channels: channels, epsilon: 0), [image(x)],
      parameters: [
        "weight": scale ?? ones, "bias": shift ?? zeros, "running_mean": zeros,
        "running_var": ones,
      ])
    return operand(image: value, type: x.type)
  }
}
