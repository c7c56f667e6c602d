import Engine

/// Appends ops to the graph of a network that is being imported, and keeps their parameters.
final class GraphBuilder {
  /// The values of a parameter in the order of public weights files.
  typealias Parameters = [String: [Float]]

  private let root = Scope()
  private var names: Set<String> = []
  private var parameters: Parameters = [:]
  /// What computed a value, where later operators need to know it.
  var origins: [Operand.Identity: Origin] = [:]
  /// The name for the ops of the operator that is being imported.
  var name = ""

  /// The maximum number of values of a tensor: 1 GiB.
  static let mostValues = 1 << 28

  /// The operator that made a value, for spellings of one function by several operators.
  enum Origin {
    /// sigmoid(x)
    case sigmoid(Operand)
    /// x + 3
    case plusThree(Operand)
    /// clamp(x + 3, 0, 6)
    case clippedPlusThree(Operand)
    /// clamp(x + 3, 0, 6) / 6
    case hardSigmoid(Operand)
    /// x * clamp(x + 3, 0, 6)
    case sixHardSwish(Operand)
    /// The levels of a quantized tensor.
    case quantized(QuantizedTensor)
  }

  // MARK: Ops

  func input(_ shape: Shape) -> Value { root.input(shape) }

  /// Appends an op.
  func apply(
    _ op: any Op, _ inputs: [Value], parameters values: Parameters = [:]
  ) throws(InteropError) -> Value {
    var unique = name.isEmpty ? "node" : name
    var number = 1
    while names.contains(unique) {
      number += 1
      unique = "\(name)/\(number)"
    }
    names.insert(unique)
    for declaration in op.parameters {
      guard let list = values[declaration.name], list.count == declaration.count else {
        throw InteropError(
          "\(op.kind) needs \(declaration.count) numbers of \(declaration.name), not "
            + "\(values[declaration.name]?.count ?? 0)")
      }
      parameters["\(unique).\(declaration.name)"] = list
    }
    let value: Value
    do {
      value = try root[unique].append(op, inputs)
    } catch {
      throw InteropError(error.diagnostic)
    }
    guard value.shape.count <= Self.mostValues else {
      throw InteropError(
        "its result would have \(value.shape.count) values; a tensor may have "
          + "\(Self.mostValues)")
    }
    return value
  }

  /// The finished graph with its parameters.
  func finish(outputs: [Value]) -> (graph: Graph, parameters: ParameterBlock) {
    let graph = root.finish(outputs: outputs).withoutUnusedNodes
    let block = ParameterBlock(zeros: graph.parameterLayout)
    for entry in block.layout.entries {
      if let values = parameters[entry.name] { block.importValues(values, for: entry) }
    }
    return (graph, block)
  }

  // MARK: Memory

  /// The shape of a dense tensor whose memory has the axes in `order`.
  static func shape(_ dims: [Int], order: [Int]) throws(InteropError) -> Shape {
    let extents = order.map { dims[$0] }
    do {
      switch extents.count {
      case 0: return Shape(n: 1, h: 1, w: 1, c: 1)
      case 1: return try Shape.checked(n: 1, h: 1, w: 1, c: extents[0])
      case 4:
        return try Shape.checked(n: extents[0], h: extents[1], w: extents[2], c: extents[3])
      default:
        let middle = extents[1..<extents.count - 1].reduce(1) {
          $0.multipliedReportingOverflow(by: $1).partialValue
        }
        return try Shape.checked(
          n: extents[0], h: 1, w: middle, c: extents[extents.count - 1])
      }
    } catch {
      throw InteropError(error.diagnostic)
    }
  }

  /// A tensor densely in memory in its own order of axes, as a computed value.
  func dense(_ operand: Operand) throws(InteropError) -> Operand {
    let order = operand.order
    if case .value(let value) = operand.source, operand.isDense(order),
      value.shape.count == operand.count
    {
      return operand
    }
    let value = try self.value(
      operand, order: order, shape: Self.shape(operand.dims, order: order))
    return Operand(value, type: operand.type, dims: operand.dims, order: order)
  }

  /// A tensor densely in memory with its axes in `order`, as a value of the given shape.
  func value(_ operand: Operand, order: [Int], shape: Shape) throws(InteropError) -> Value {
    guard operand.count == shape.count else {
      throw InteropError("\(operand.dims) does not fit \(shape)")
    }
    let view = operand.transposed(order)
    switch operand.source {
    case .constant:
      return try lift(view.floats ?? [], shape)
    case .value(let value):
      if operand.isDense(order), value.shape == shape { return value }
      return try rearranged(
        shape, [(view, StridedLayout(strides: StridedLayout.rowMajor(view.dims)))])
    }
  }

  /// An image as n, h, w, c; an operand of rank 3 is one row.
  func image(_ operand: Operand) throws(InteropError) -> Value {
    let image = operand.rank == 3 ? operand.inserting([2]) : operand
    guard image.rank == 4 else {
      throw InteropError("it takes a tensor of 4 dimensions, and gets \(operand.dims)")
    }
    let order = [0, 2, 3, 1]
    return try value(image, order: order, shape: Self.shape(image.dims, order: order))
  }

  /// The operand of an image n, h, w, c.
  func operand(image: Value, rank: Int = 4, type: TensorType = .float) -> Operand {
    let shape = image.shape
    let operand = Operand(
      image, type: type, dims: [shape.n, shape.c, shape.h, shape.w], order: [0, 2, 3, 1])
    return rank == 3 ? operand.removing([2]) : operand
  }

  /// Adds constants to the graph.
  private func lift(_ values: [Float], _ shape: Shape) throws(InteropError) -> Value {
    try apply(ConstantOp(shape), [], parameters: ["value": values])
  }

  /// Copies views to places of a new tensor.
  func rearranged(
    _ output: Shape, fill: Float? = nil, _ parts: [(view: Operand, target: StridedLayout)]
  ) throws(InteropError) -> Value {
    guard output.count <= Self.mostValues else {
      throw InteropError(
        "its result would have \(output.count) values; a tensor may have \(Self.mostValues)")
    }
    var inputs: [Value] = []
    var list: [Rearrange.Part] = []
    for (view, target) in parts where view.count > 0 {
      var view = view
      if view.isConstant {
        let order = Array(0..<view.rank)
        let value = try value(view, order: order, shape: Self.shape(view.dims, order: order))
        view = Operand(value, type: view.type, dims: view.dims, order: order)
      }
      guard case .value(let value) = view.source else { continue }
      let index = inputs.firstIndex(of: value) ?? inputs.count
      if index == inputs.count { inputs.append(value) }
      list.append(
        Rearrange.Part(input: index, extents: view.dims, source: view.layout, target: target))
    }
    return try apply(
      Rearrange(inputs: inputs.map(\.shape), output: output, fill: fill, parts: list), inputs)
  }

  /// Makes a tensor of parts, each at a position of the result; what no part covers is `fill`.
  func assembled(
    _ type: TensorType, _ dims: [Int], fill: Float? = nil, _ parts: [(part: Operand, at: [Int])]
  ) throws(InteropError) -> Operand {
    try Self.checkCount(dims)
    if parts.allSatisfy(\.part.isConstant) { return constant(type, dims, fill, parts) }
    let order = parts.first { !$0.part.isConstant }?.part.order ?? Array(dims.indices)
    let strides = Operand.strides(dims, order: order)
    let places = parts.map { part, position in
      (
        view: part,
        target: StridedLayout(
          offset: zip(position, strides).reduce(0) { $0 + $1.0 * $1.1 },
          strides: strides)
      )
    }
    let value = try rearranged(Self.shape(dims, order: order), fill: fill, places)
    return Operand(value, type: type, dims: dims, order: order)
  }

  private func constant(
    _ type: TensorType, _ dims: [Int], _ fill: Float?, _ parts: [(part: Operand, at: [Int])]
  ) -> Operand {
    let whole = Operand(
      type: type, dims: dims, strides: StridedLayout.rowMajor(dims), source: .constant(.floats([])))
    func filled<Number>(_ start: Number, _ values: (Operand) -> [Number]) -> [Number] {
      var result = [Number](repeating: start, count: whole.count)
      for (part, position) in parts {
        var target = whole
        target.dims = part.dims
        target.offset = zip(position, whole.strides).reduce(0) { $0 + $1.0 * $1.1 }
        let source = values(part)
        var index = 0
        target.forEachPosition {
          result[$0] = source[index]
          index += 1
        }
      }
      return result
    }
    if type.isFloat {
      return Operand(
        ConstantTensor(type, dims: dims, values: .floats(filled(fill ?? 0) { $0.floats ?? [] })))
    }
    let start = Int64(exactly: (fill ?? 0).rounded()) ?? 0
    return Operand(
      ConstantTensor(
        type, dims: dims,
        values: .integers(filled(start) { ($0.integers ?? []).map(Int64.init) })))
  }

  /// The same values in the same order with other extents.
  func reshaped(_ operand: Operand, _ dims: [Int]) throws(InteropError) -> Operand {
    if let view = operand.reshaped(dims) { return view }
    // Where every new axis joins old ones, an image can be written in its own order at once.
    let order = Operand.channelsLast(dims.count)
    if dims.count == 4, !operand.isConstant,
      let groups = Self.groups(of: operand.dims, joinedTo: dims)
    {
      let strides = Operand.strides(dims, order: order)
      var target = StridedLayout(strides: [])
      for (axis, group) in groups.enumerated() {
        let inner = StridedLayout.rowMajor(group.map { operand.dims[$0] })
        target.strides += inner.map { $0 * strides[axis] }
      }
      let kept = groups.flatMap { $0 }
      let view = operand.removing(operand.dims.indices.filter { !kept.contains($0) })
      let value = try rearranged(Self.shape(dims, order: order), [(view, target)])
      return Operand(value, type: operand.type, dims: dims, order: order)
    }
    let rows = try rowMajor(operand)
    return rows.reshaped(dims) ?? rows
  }

  /// A tensor densely in row-major order.
  func rowMajor(_ operand: Operand) throws(InteropError) -> Operand {
    if let constant = operand.constant { return Operand(constant) }
    let order = Array(0..<operand.rank)
    let value = try value(operand, order: order, shape: Self.shape(operand.dims, order: order))
    return Operand(value, type: operand.type, dims: operand.dims, order: order)
  }

  /// For each new extent, the old axes whose product it is; nil if a new axis splits an old one. Old
  /// axes of extent 1 belong to none.
  private static func groups(of old: [Int], joinedTo new: [Int]) -> [[Int]]? {
    var axes = old.indices.filter { old[$0] != 1 }[...]
    var groups: [[Int]] = []
    for extent in new {
      var (group, count) = ([Int](), 1)
      while count < extent, let axis = axes.first {
        axes.removeFirst()
        group.append(axis)
        count *= old[axis]
      }
      guard count == extent else { return nil }
      groups.append(group)
    }
    return axes.isEmpty ? groups : nil
  }
}
