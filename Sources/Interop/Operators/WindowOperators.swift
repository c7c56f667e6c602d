import Engine

/// Convolution, pooling, normalization and resizing of images.
extension ONNXImporter {
  static let windowOperators: [String: Translation] = [
    "Conv": { call throws(InteropError) in [try convolution(call)] },
    "ConvTranspose": { call throws(InteropError) in [try transposedConvolution(call)] },
    "GlobalAveragePool": { call throws(InteropError) in [try globalPool(call, .mean)] },
    "GlobalMaxPool": { call throws(InteropError) in [try globalPool(call, .maximum)] },
    "BatchNormalization": { call throws(InteropError) in [try batchNormalization(call)] },
    "Resize": { call throws(InteropError) in [try resize(call)] },
    "Upsample": { call throws(InteropError) in [try resize(call)] },
  ]

  private static func convolution(_ call: OperatorCall) throws(InteropError) -> Operand {
    let weights = try call.input(1)
    guard let values = weights.constant else {
      throw InteropError("its weights are computed; Glimpse needs constant ones")
    }
    let bias = try call.floats(2, "bias")
    return try call.convolution(call.input(0), weights: values, bias: bias)
  }

  private static func transposedConvolution(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    guard var weights = call.optional(1), let values = weights.floats else {
      throw InteropError("its weights are computed; Glimpse needs constant ones")
    }
    guard x.rank == weights.rank, x.rank == 3 || x.rank == 4 else {
      throw InteropError("it has weights of \(weights.dims) for an input of \(x.dims)")
    }
    let isRow = x.rank == 3
    if isRow { weights = weights.inserting([2]) }
    func pair(_ name: String, _ value: Int) throws(InteropError) -> [Int] {
      let list = try call.integers(name) ?? [Int](repeating: value, count: x.rank - 2)
      guard list.count == x.rank - 2, list.allSatisfy({ (0...4096).contains($0) }) else {
        throw InteropError("its \(name) are \(list)")
      }
      return isRow ? [value] + list : list
    }
    let (strides, dilations) = (try pair("strides", 1), try pair("dilations", 1))
    let extra = try pair("output_padding", 0)
    let groups = try call.integer("group", default: 1)
    guard groups > 0, weights.dims[0] == x.dims[1], (strides + dilations).allSatisfy({ $0 > 0 })
    else { throw InteropError("it has weights of \(weights.dims) for an input of \(x.dims)") }
    var pads = try call.integers("pads") ?? [Int](repeating: 0, count: 2 * (x.rank - 2))
    if isRow, pads.count == 2 { pads = [0, pads[0], 0, pads[1]] }
    guard pads.count == 4, pads.allSatisfy({ (0...4096).contains($0) }) else {
      throw InteropError("its pads are \(pads)")
    }
    let kernel = Array(weights.dims.suffix(2))
    let extents = isRow ? [1, x.dims[2]] : Array(x.dims.suffix(2))
    let full = (0..<2).map { (axis: Int) -> Int in
      let reach = dilations[axis] * (kernel[axis] - 1) + 1
      return (extents[axis] - 1) * strides[axis] + reach + extra[axis]
    }
    let mode = try call.text("auto_pad", default: "NOTSET")
    var wanted = try call.integers("output_shape").map { Array($0.suffix(x.rank - 2)) }
    if isRow, let list = wanted { wanted = [1] + list }
    if mode.hasPrefix("SAME"), wanted == nil {
      wanted = (0..<2).map { extents[$0] * strides[$0] }
    }
    if let wanted {
      guard wanted.count == 2 else { throw InteropError("its output_shape is \(wanted)") }
      for axis in 0..<2 {
        let total = full[axis] - wanted[axis]
        guard total.magnitude < 4096 else { throw InteropError("its output_shape is \(wanted)") }
        pads[axis] = mode == "SAME_LOWER" ? total - total / 2 : total / 2
        pads[axis + 2] = total - pads[axis]
      }
    }
    let outputs = weights.dims[1] * groups
    let op = TransposedConvolution(
      x.dims[1], outputs, kernel: Extent(h: kernel[0], w: kernel[1]),
      stride: Extent(h: strides[0], w: strides[1]),
      dilation: Extent(h: dilations[0], w: dilations[1]), groups: groups, bias: true)
    let bias = try call.floats(2, "bias") ?? [Float](repeating: 0, count: outputs)
    let value = try call.builder.apply(
      op, [call.builder.image(x)], parameters: ["weight": values, "bias": bias])
    // The engine's op has no padding of its own here: rows beyond it are cut or added.
    let image = call.builder.operand(image: value)
    let cut = try call.builder.extended(
      image, before: [0, 0, -pads[0], -pads[1]],
      after: [0, 0, extra[0] - pads[2], extra[1] - pads[3]], bias: bias)
    return isRow ? cut.removing([2]) : cut
  }

  private static func globalPool(
    _ call: OperatorCall, _ function: Reduce.Function
  ) throws(InteropError) -> Operand {
    let x = try call.input(0)
    if x.rank == 4, function == .mean {
      return call.builder.operand(
        image: try call.builder.apply(AveragePool.global, [call.builder.image(x)]))
    }
    guard x.rank >= 3 else { throw InteropError("it pools \(x.dims)") }
    return try call.builder.reduced(x, function, axes: Array(2..<x.rank), keepsAxes: true)
  }

  private static func batchNormalization(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    guard try call.integer("training_mode", default: 0) == 0 else {
      throw InteropError("it is in training mode")
    }
    guard x.rank >= 2, let scale = try call.floats(1, "scale"),
      let bias = try call.floats(2, "bias"),
      let mean = try call.floats(3, "mean"), let variance = try call.floats(4, "variance"),
      [scale, bias, mean, variance].allSatisfy({ $0.count == x.dims[1] })
    else { throw InteropError("it needs four numbers per channel of \(x.dims)") }
    let image = try call.builder.reshaped(
      x, x.rank == 4 ? x.dims : [x.dims[0], x.dims[1], 1, x.dims[2...].reduce(1, *)])
    let epsilon = try call.float("epsilon", default: 1e-5)
    let value = try call.builder.apply(
      BatchNorm(channels: x.dims[1], epsilon: epsilon), [call.builder.image(image)],
      parameters: ["weight": scale, "bias": bias, "running_mean": mean, "running_var": variance])
    return try call.builder.reshaped(call.builder.operand(image: value), x.dims)
  }
}

extension OperatorCall {
  /// A convolution with constant weights [out][in / groups][kh][kw] or [out][in / groups][kw].
  func convolution(
    _ x: Operand, weights: ConstantTensor, bias: [Float]?, isExact: Bool = false
  ) throws(InteropError) -> Operand {
    let (image, dims) = (x.rank == 3 ? x.inserting([2]) : x, weights.dims)
    guard x.rank == dims.count, x.rank == 3 || x.rank == 4 else {
      throw InteropError("it has weights of \(dims) for an input of \(x.dims)")
    }
    let kernel = Array(dims[2...])
    if let stated = try integers("kernel_shape"), !stated.isEmpty, stated != kernel {
      throw InteropError("its kernel_shape is \(stated), and its weights are \(dims)")
    }
    let groups = try integer("group", default: 1)
    let (h, w) = try windows(of: x.dims, kernel: kernel)
    guard groups > 0, groups <= x.dims[1], dims[1] * groups == x.dims[1] else {
      throw InteropError(
        "its weights take \(dims[1] * groups) channels, and its input has \(x.dims[1])")
    }
    let isSymmetric = h.before == h.after && w.before == w.after && h.before >= 0 && w.before >= 0
    let source = isSymmetric ? image : try builder.padded(image, h, w, fill: 0)
    var op = Convolution(
      x.dims[1], dims[0], kernel: Extent(h: h.kernel, w: w.kernel),
      stride: Extent(h: h.stride, w: w.stride),
      padding: isSymmetric ? Extent(h: h.before, w: w.before) : 0,
      dilation: Extent(h: h.dilation, w: w.dilation), groups: groups, bias: bias != nil)
    op.isExact = isExact
    var parameters = ["weight": weights.values.floats]
    parameters["bias"] = bias
    let value = try builder.apply(op, [builder.image(source)], parameters: parameters)
    return builder.operand(image: value, rank: x.rank)
  }
}

extension WindowAxis {
  /// Whether the engine's pooling has these windows: the same padding on both sides, of at most half
  /// the kernel, and no window beyond it.
  var isCentered: Bool {
    before == after && before >= 0 && before <= kernel / 2 && needed <= after
  }

  /// The number of values in each window: those of the image, or of the image and its padding.
  func counts(padding: Bool) -> [Int] {
    (0..<windows).map { index in
      let start = index * stride - before
      let (low, high) = padding ? (-before, extent + after) : (0, extent)
      return max(1, min(start + kernel, high) - max(start, low))
    }
  }
}

extension GraphBuilder {
  /// Max pooling of an image of rank 4.
  func maxPool(_ x: Operand, _ h: WindowAxis, _ w: WindowAxis) throws(InteropError) -> Value {
    let (kernel, stride) = (Extent(h: h.kernel, w: w.kernel), Extent(h: h.stride, w: w.stride))
    if h.isCentered, w.isCentered {
      return try apply(
        MaxPool(kernel: kernel, stride: stride, padding: Extent(h: h.before, w: w.before)),
        [image(x)])
    }
    let padded = try padded(x, h, w, fill: -.infinity)
    return try apply(MaxPool(kernel: kernel, stride: stride), [image(padded)])
  }

  /// Cuts an image, or adds rows and columns that hold the bias of each channel.
  func extended(
    _ x: Operand, before: [Int], after: [Int], bias: [Float]
  ) throws(InteropError) -> Operand {
    let added = (before + after).map { max(0, $0) }
    guard added.contains(where: { $0 > 0 }) else {
      return try padded(x, before: before, after: after, fill: 0)
    }
    let whole = try padded(x, before: before, after: after, fill: 0)
    guard bias.contains(where: { $0 != 0 }) else { return whole }
    var part = x
    var at = [Int](repeating: 0, count: x.rank)
    for axis in x.dims.indices {
      let (cutBefore, cutAfter) = (max(0, -before[axis]), max(0, -after[axis]))
      part = part.sliced(axis, from: cutBefore, count: x.dims[axis] - cutBefore - cutAfter)
      at[axis] = max(0, before[axis])
    }
    let constants = Operand(
      ConstantTensor(.float, dims: [1, bias.count, 1, 1], values: .floats(bias)))
    guard let background = constants.expanded(whole.dims) else { return whole }
    return try assembled(
      .float, whole.dims, [(background, [Int](repeating: 0, count: 4)), (part, at)])
  }
}
