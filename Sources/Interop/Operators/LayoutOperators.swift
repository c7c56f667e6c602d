import Engine

/// Operators that only move values.
extension ONNXImporter {
  static let layoutOperators: [String: Translation] = [
    "Transpose": { call throws(InteropError) in [try transpose(call)] },
    "Reshape": { call throws(InteropError) in [try reshape(call)] },
    "Flatten": { call throws(InteropError) in [try flatten(call)] },
    "Squeeze": { call throws(InteropError) in [try squeeze(call)] },
    "Unsqueeze": { call throws(InteropError) in [try unsqueeze(call)] },
    "Slice": { call throws(InteropError) in [try slice(call)] },
    "Split": { call throws(InteropError) in try split(call) },
    "Concat": { call throws(InteropError) in [try concat(call)] },
    "Gather": { call throws(InteropError) in [try gather(call)] },
    "Expand": { call throws(InteropError) in [try expand(call)] },
    "Tile": { call throws(InteropError) in [try tile(call)] },
    "Pad": { call throws(InteropError) in [try pad(call)] },
    "CenterCropPad": { call throws(InteropError) in [try centerCropPad(call)] },
    "DepthToSpace": { call throws(InteropError) in [try depthToSpace(call)] },
    "SpaceToDepth": { call throws(InteropError) in [try spaceToDepth(call)] },
  ]

  private static func transpose(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let permutation = try call.integers("perm") ?? Array(x.dims.indices.reversed())
    guard permutation.sorted() == Array(x.dims.indices) else {
      throw InteropError("its perm \(permutation) does not order \(x.rank) axes")
    }
    return x.transposed(permutation)
  }

  private static func reshape(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    guard var dims = try call.listInput(1, orAttribute: "shape") else {
      throw InteropError("it has no shape")
    }
    let keepsZeros = try call.integer("allowzero", default: 0) == 1
    for (axis, dim) in dims.enumerated() where dim == 0 && !keepsZeros {
      guard axis < x.rank else { throw InteropError("its shape \(dims) copies a missing axis") }
      dims[axis] = x.dims[axis]
    }
    let known = dims.filter { $0 != -1 }.reduce(1) {
      $0.multipliedReportingOverflow(by: $1).partialValue
    }
    if let free = dims.firstIndex(of: -1), known > 0, x.count % known == 0 {
      dims[free] = x.count / known
    }
    let count = dims.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard dims.allSatisfy({ $0 >= 0 && $0 <= max(x.count, 1) }), count == x.count else {
      throw InteropError("\(x.dims) cannot become \(dims): the numbers of values differ")
    }
    return try call.builder.reshaped(x, dims)
  }

  private static func flatten(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    var axis = try call.integer("axis", default: 1)
    if axis < 0 { axis += x.rank }
    guard (0...x.rank).contains(axis) else { throw InteropError("its axis does not exist") }
    let dims = [x.dims[..<axis].reduce(1, *), x.dims[axis...].reduce(1, *)]
    return try call.builder.reshaped(x, dims)
  }

  private static func squeeze(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let list = try call.listInput(1, orAttribute: "axes")
    let ones = x.dims.indices.filter { x.dims[$0] == 1 }
    let axes = try list == nil ? ones : call.axes(list ?? [], rank: x.rank)
    guard axes.allSatisfy({ x.dims[$0] == 1 }) else {
      throw InteropError("it removes axes \(axes) of \(x.dims), which are not all 1")
    }
    return x.removing(axes)
  }

  private static func unsqueeze(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let list = try call.listInput(1, orAttribute: "axes") ?? []
    guard list.count + x.rank <= 16 else { throw InteropError("it adds \(list.count) axes") }
    return x.inserting(try call.axes(list, rank: x.rank + list.count))
  }

  private static func slice(_ call: OperatorCall) throws(InteropError) -> Operand {
    var x = try call.input(0)
    let inputs = call.version >= 10
    let starts = try (inputs ? call.integers(1, "starts") : call.integers("starts")) ?? []
    let ends = try (inputs ? call.integers(2, "ends") : call.integers("ends")) ?? []
    let listed = try inputs ? call.integers(3, "axes") : call.integers("axes")
    let axes = listed ?? Array(starts.indices)
    let given = try inputs ? call.integers(4, "steps") : nil
    let steps = given ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw InteropError("its starts, ends, axes and steps differ in number")
    }
    for index in starts.indices {
      let axis = try call.axis(axes[index], rank: x.rank)
      let (extent, step) = (x.dims[axis], steps[index])
      guard step != 0, step.magnitude <= 1 << 31 else { throw InteropError("its step is \(step)") }
      func place(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        let value = value < 0 ? value.addingReportingOverflow(extent).partialValue : value
        return min(max(value, range.lowerBound), range.upperBound)
      }
      let start = place(starts[index], step > 0 ? 0...extent : 0...max(extent - 1, 0))
      // Before the first value is -1 here, which in the file is -extent - 1 or less.
      let end =
        step > 0
        ? place(ends[index], 0...extent)
        : ends[index] < -extent ? -1 : place(ends[index], -1...max(extent - 1, -1))
      let count =
        step > 0
        ? max(0, (end - start + step - 1) / step) : max(0, (start - end - step - 1) / -step)
      guard count > 0 || x.isConstant else {
        throw InteropError("its result has no values on axis \(axis)")
      }
      x = x.sliced(axis, from: start, count: extent == 0 ? 0 : count, step: step)
    }
    return x
  }

  private static func split(_ call: OperatorCall) throws(InteropError) -> [Operand] {
    let x = try call.input(0)
    let axis = try call.axis(call.integer("axis", default: 0), rank: x.rank)
    let parts = call.node.outputs.count
    let extent = x.dims[axis]
    let even = max(1, (extent + parts - 1) / max(parts, 1))
    let listed = try call.version >= 13 ? call.integers(1, "split") : call.integers("split")
    let sizes =
      listed ?? (0..<parts).map { min(even, max(0, extent - even * $0)) }
    guard sizes.count == parts, sizes.allSatisfy({ $0 >= 0 && $0 <= extent }),
      sizes.reduce(0, +) == extent, x.isConstant || sizes.allSatisfy({ $0 > 0 })
    else {
      throw InteropError("it splits \(extent) values into \(parts) parts of \(sizes.prefix(8))")
    }
    var next = 0
    return sizes.map { size in
      defer { next += size }
      return x.sliced(axis, from: next, count: size)
    }
  }

  private static func concat(_ call: OperatorCall) throws(InteropError) -> Operand {
    let all = try call.all()
    return try call.builder.concatenated(
      all, axis: call.axis(call.integer("axis", default: 1), rank: all[0].rank))
  }

  private static func gather(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let (axis, order) = try call.lastAxis(x, default: 0)
    let listed = try call.input(1)
    let shape = listed.dims
    guard let indices = listed.integers else {
      // The axis comes first, and the axes of the indices take its place in the result.
      let moved = x.transposed([axis] + order.dropLast())
      let taken = try call.builder.gathered(moved, at: listed.inserting([shape.count]))
      let axes = Array(taken.dims.indices)
      let (first, rest) = (axes[..<shape.count], axes[shape.count...])
      return taken.transposed(Array(rest.prefix(axis) + first + rest.dropFirst(axis)))
    }
    let extent = x.dims[axis]
    guard indices.allSatisfy({ (-extent..<extent).contains($0) }) else {
      throw InteropError("its indices lie outside of \(extent) values")
    }
    let places = indices.map { $0 < 0 ? $0 + extent : $0 }
    let dims = x.dims[..<axis] + shape + x.dims[(axis + 1)...]
    guard let first = places.first else {
      return try call.builder.assembled(x.type, Array(dims), [])
    }
    let step = places.count > 1 ? places[1] - first : 1
    let isEven = places.enumerated().allSatisfy { $1 == first + $0 * step }
    var taken: Operand
    if isEven {
      taken = x.sliced(axis, from: first, count: places.count, step: step)
    } else {
      var list = x.dims
      list[axis] = places.count
      var parts: [(part: Operand, at: [Int])] = []
      for (index, place) in places.enumerated() {
        var at = [Int](repeating: 0, count: x.rank)
        at[axis] = index
        parts.append((x.sliced(axis, from: place, count: 1), at))
      }
      taken = try call.builder.assembled(x.type, list, parts)
    }
    if shape.isEmpty { return taken.removing([axis]) }
    return shape.count == 1 ? taken : try call.builder.reshaped(taken, Array(dims))
  }

  private static func expand(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let target = try call.integers(1, "shape") ?? []
    guard target.allSatisfy({ (0...GraphBuilder.mostValues).contains($0) }), target.count <= 16
    else {
      throw InteropError("it expands to \(target.prefix(8))")
    }
    let dims = try GraphBuilder.broadcast(x.dims, target)
    return x.expanded(dims) ?? x
  }

  private static func tile(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let repeats = try call.integers(1, "repeats") ?? []
    guard repeats.count == x.rank, repeats.allSatisfy({ (1...1 << 20).contains($0) }) else {
      throw InteropError("it repeats \(x.dims) \(repeats) times")
    }
    var result = x
    for axis in x.dims.indices where repeats[axis] > 1 {
      let wide = result.inserting([axis])
      var dims = wide.dims
      dims[axis] = repeats[axis]
      var joined = result.dims
      joined[axis] *= repeats[axis]
      guard let view = wide.expanded(dims), joined.reduce(1, *) <= GraphBuilder.mostValues else {
        throw InteropError("its result is too large")
      }
      result = try call.builder.reshaped(view, joined)
    }
    return result
  }

  private static func depthToSpace(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let block = try call.integer("blocksize", default: 1)
    guard x.rank == 4, block > 0, block <= 1024, x.dims[1] % (block * block) == 0 else {
      throw InteropError("blocks of \(block) do not fit \(x.dims)")
    }
    let (n, c, h, w) = (x.dims[0], x.dims[1] / (block * block), x.dims[2], x.dims[3])
    let isColumnRow = try call.text("mode", default: "DCR") == "CRD"
    let split = try call.builder.reshaped(
      x, isColumnRow ? [n, c, block, block, h, w] : [n, block, block, c, h, w])
    let moved = split.transposed(isColumnRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2])
    return try call.builder.reshaped(moved, [n, c, h * block, w * block])
  }

  private static func spaceToDepth(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let block = try call.integer("blocksize", default: 1)
    guard x.rank == 4, block > 0, x.dims[2] % block == 0, x.dims[3] % block == 0 else {
      throw InteropError("blocks of \(block) do not fit \(x.dims)")
    }
    let (n, c, h, w) = (x.dims[0], x.dims[1], x.dims[2] / block, x.dims[3] / block)
    let split = try call.builder.reshaped(x, [n, c, h, block, w, block])
    return try call.builder.reshaped(
      split.transposed([0, 3, 5, 1, 2, 4]), [n, c * block * block, h, w])
  }
}
