import Engine

/// Products of matrices.
extension ONNXImporter {
  static let matrixOperators: [String: Translation] = [
    "MatMul": { call throws(InteropError) in
      [try call.builder.product(call.input(0), call.input(1))]
    },
    "Gemm": { call throws(InteropError) in [try gemm(call)] },
  ]

  private static func gemm(_ call: OperatorCall) throws(InteropError) -> Operand {
    var (a, b) = (try call.input(0), try call.input(1))
    guard a.rank == 2, b.rank == 2 else {
      throw InteropError("it multiplies \(a.dims) and \(b.dims)")
    }
    if try call.integer("transA", default: 0) == 1 { a = a.transposed([1, 0]) }
    if try call.integer("transB", default: 0) == 1 { b = b.transposed([1, 0]) }
    let (alpha, beta) = (
      try call.float("alpha", default: 1), try call.float("beta", default: 1)
    )
    var result = try call.builder.product(a, b)
    func constant(_ value: Float) -> Operand {
      Operand(ConstantTensor(.float, dims: [], values: .floats([value])))
    }
    if alpha != 1 { result = try call.builder.combined(.multiply, result, constant(alpha)) }
    guard var c = call.optional(2) else { return result }
    if beta != 1 { c = try call.builder.combined(.multiply, c, constant(beta)) }
    return try call.builder.combined(.add, result, c)
  }
}

extension GraphBuilder {
  /// The product of two tensors of matrices, as numpy's `matmul`.
  func product(_ a: Operand, _ b: Operand, isExact: Bool = false) throws(InteropError) -> Operand {
    guard a.rank > 0, b.rank > 0 else { throw InteropError("it multiplies a scalar") }
    if a.rank == 1 { return try product(a.inserting([0]), b).removing([max(0, b.rank - 2)]) }
    if b.rank == 1 {
      let result = try product(a, b.inserting([1]))
      return result.removing([result.rank - 1])
    }
    let (inner, columns) = (b.dims[b.rank - 2], b.dims[b.rank - 1])
    guard a.dims[a.rank - 1] == inner, a.count > 0, b.count > 0 else {
      throw InteropError("matrices of \(a.dims) and \(b.dims) have no product")
    }
    if b.rank == 2, let weights = b.transposed([1, 0]).floats {
      // A linear layer on each row.
      let order = Array(a.dims.indices)
      let rows = try value(
        a, order: order, shape: Shape(n: 1, h: 1, w: a.count / inner, c: inner))
      var op = Convolution.linear(inner, columns, bias: false)
      op.isExact = isExact
      let result = try apply(op, [rows], parameters: ["weight": weights])
      return Operand(result, dims: a.dims.dropLast() + [columns], order: order)
    }
    let batch = try Self.broadcast(Array(a.dims.dropLast(2)), Array(b.dims.dropLast(2)))
    let rows = a.dims[a.rank - 2]
    guard let first = a.expanded(batch + [rows, inner]),
      let second = b.expanded(batch + [inner, columns])
    else { throw InteropError("matrices of \(a.dims) and \(b.dims) have no product") }
    let count = batch.reduce(1, *)
    func matrices(_ x: Operand) throws(InteropError) -> Value {
      try value(
        x, order: Array(x.dims.indices),
        shape: Shape(n: count, h: 1, w: x.dims[x.rank - 2], c: x.dims[x.rank - 1]))
    }
    let result = try apply(MatrixProduct(), [matrices(first), matrices(second)])
    let dims = batch + [rows, columns]
    return Operand(result, dims: dims, order: Array(dims.indices))
  }
}
