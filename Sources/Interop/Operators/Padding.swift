import Engine

extension ONNXImporter {
  /// Pad with a constant, the edge, a reflection or a wrapped copy.
  static func pad(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let pads = try (call.version >= 11 ? call.integers(1, "pads") : call.integers("pads")) ?? []
    let listed = try call.version >= 18 ? call.integers(3, "axes") : nil
    var axes: [Int] = []
    for axis in listed ?? Array(x.dims.indices) { axes.append(try call.axis(axis, rank: x.rank)) }
    guard pads.count == 2 * axes.count, Set(axes).count == axes.count,
      pads.allSatisfy({ $0.magnitude < 1 << 28 })
    else {
      throw InteropError("it has \(pads.count) pads for \(axes.count) axes")
    }
    var (before, after) = ([Int](repeating: 0, count: x.rank), [Int](repeating: 0, count: x.rank))
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[axes.count + index]
    }
    let mode = try call.text("mode", default: "constant")
    if mode == "constant" {
      let fill =
        call.version >= 11
        ? try call.floats(2, "value")?.first ?? 0 : try call.float("value", default: 0)
      return try call.builder.padded(x, before: before, after: after, fill: fill)
    }
    var result = x
    for axis in x.dims.indices where before[axis] != 0 || after[axis] != 0 {
      let extent = x.dims[axis]
      let places = try (-before[axis]..<max(extent + after[axis], -before[axis])).map {
        (place) throws(InteropError) in
        switch mode {
        case "edge": return min(max(place, 0), extent - 1)
        case "wrap": return ((place % extent) + extent) % extent
        case "reflect":
          guard extent > 1 else { return 0 }
          let period = 2 * (extent - 1)
          let folded = ((place % period) + period) % period
          return folded < extent ? folded : period - folded
        default: throw InteropError("its mode is \(printable(mode))")
        }
      }
      result = try call.builder.taking(result, axis, places)
    }
    return result
  }

  /// Cuts axes or adds zeros on both sides; of an odd number, one more at the end.
  static func centerCropPad(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    guard let extents = try call.integers(1, "shape"), x.count > 0 else {
      throw InteropError("it has no shape or no input")
    }
    let axes = try call.integers("axes") ?? Array(x.dims.indices)
    guard axes.count == extents.count,
      extents.allSatisfy({ (1...GraphBuilder.mostValues).contains($0) })
    else { throw InteropError("it makes extents of \(extents) on axes \(axes)") }
    var (before, after) = ([Int](repeating: 0, count: x.rank), [Int](repeating: 0, count: x.rank))
    for (item, extent) in zip(axes, extents) {
      let axis = try call.axis(item, rank: x.rank)
      before[axis] = (extent - x.dims[axis]) / 2
      after[axis] = extent - x.dims[axis] - before[axis]
    }
    return try call.builder.padded(x, before: before, after: after, fill: 0)
  }
}

extension GraphBuilder {
  /// A tensor with constants around it; negative numbers cut values off.
  func padded(
    _ x: Operand, before: [Int], after: [Int], fill: Float
  ) throws(InteropError) -> Operand {
    var (part, dims, at) = (x, x.dims, [Int](repeating: 0, count: x.rank))
    for axis in x.dims.indices where before[axis] != 0 || after[axis] != 0 {
      let (cutBefore, cutAfter) = (max(0, -before[axis]), max(0, -after[axis]))
      let kept = x.dims[axis] - cutBefore - cutAfter
      guard kept > 0 else { throw InteropError("its pads leave nothing of \(x.dims)") }
      part = part.sliced(axis, from: cutBefore, count: kept)
      at[axis] = max(0, before[axis])
      dims[axis] = kept + at[axis] + max(0, after[axis])
    }
    if dims == part.dims { return part }
    return try assembled(x.type, dims, fill: fill, [(part, at)])
  }

  /// The values of an axis at the given places.
  func taking(_ x: Operand, _ axis: Int, _ places: [Int]) throws(InteropError) -> Operand {
    var dims = x.dims
    dims[axis] = places.count
    var parts: [(part: Operand, at: [Int])] = []
    var first = 0
    while first < places.count {
      // Runs of places that are one apart are one part.
      var end = first + 1
      let step = end < places.count ? places[end] - places[first] : 1
      while end < places.count, abs(step) <= 1, places[end] - places[end - 1] == step { end += 1 }
      var at = [Int](repeating: 0, count: x.rank)
      at[axis] = first
      parts.append((x.sliced(axis, from: places[first], count: end - first, step: step), at))
      first = end
    }
    return try assembled(x.type, dims, parts)
  }
}
