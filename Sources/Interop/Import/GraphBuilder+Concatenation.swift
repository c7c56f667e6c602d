import Engine

extension GraphBuilder {
  /// Joins tensors along an axis.
  func concatenated(_ all: [Operand], axis: Int) throws(InteropError) -> Operand {
    var (dims, place) = (all[0].dims, 0)
    var parts: [(part: Operand, at: [Int])] = []
    for part in all {
      guard part.rank == dims.count,
        dims.indices.allSatisfy({ $0 == axis || part.dims[$0] == dims[$0] })
      else {
        throw InteropError("\(part.dims) and \(all[0].dims) cannot be joined on axis \(axis)")
      }
      var at = [Int](repeating: 0, count: dims.count)
      at[axis] = place
      place += part.dims[axis]
      parts.append((part, at))
    }
    dims[axis] = place
    // Images that lie as the engine has them may be written into the result at once.
    let order = [0, 2, 3, 1]
    if dims.count == 4, axis == 1, all.count > 1,
      all.allSatisfy({ !$0.isConstant && $0.isDense(order) && $0.count > 0 })
    {
      var images: [Value] = []
      for part in all { images.append(try image(part)) }
      return operand(image: try apply(Concat(), images), type: all[0].type)
    }
    return try assembled(all[0].type, dims, parts)
  }

  /// A dense copy of a computed tensor, for outputs, which are neither inputs nor other outputs.
  func copied(_ operand: Operand) throws(InteropError) -> Operand {
    var result = try dense(operand)
    let order = result.order
    guard case .value(let value) = result.source else { return result }
    let strides = StridedLayout.rowMajor(order.map { result.dims[$0] })
    result.source = .value(
      try rearranged(
        value.shape, [(result.transposed(order), StridedLayout(strides: strides))]))
    return result
  }
}
