import Engine

/// Pooling with windows that run over an image, and sampling at points.
extension ONNXImporter {
  static let poolOperators: [String: Translation] = [
    "MaxPool": { call throws(InteropError) in try maxPool(call) },
    "AveragePool": { call throws(InteropError) in [try averagePool(call)] },
    "LpPool": { call throws(InteropError) in [try normPool(call)] },
    "GridSample": { call throws(InteropError) in [try gridSample(call)] },
  ]

  private static func maxPool(_ call: OperatorCall) throws(InteropError) -> [Operand] {
    let (x, builder) = (try call.input(0), call.builder)
    let (h, w) = try call.poolWindows(of: x)
    let image = x.rank == 3 ? x.inserting([2]) : x
    let value =
      h.dilation == 1 && w.dilation == 1
      ? try builder.maxPool(image, h, w) : try builder.pooled(image, .maximum, h, w)
    let result = builder.operand(image: value, rank: x.rank, type: x.type)
    guard call.node.outputs.count > 1, !call.node.outputs[1].isEmpty else { return [result] }
    guard try call.integer("storage_order", default: 0) == 0 else {
      throw InteropError("its indices are column-major (storage_order 1), which Glimpse lacks")
    }
    let places = try builder.pooled(image, .maximumIndex, h, w)
    return [result, builder.operand(image: places, rank: x.rank, type: .int64)]
  }

  private static func averagePool(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let (h, w) = try call.poolWindows(of: x)
    let image = x.rank == 3 ? x.inserting([2]) : x
    let countsPadding = try call.integer("count_include_pad", default: 0) == 1
    if h.dilation > 1 || w.dilation > 1 {
      let value = try builder.pooled(image, .mean(countsPadding: countsPadding), h, w)
      return builder.operand(image: value, rank: x.rank)
    }
    let (kernel, stride) = (Extent(h: h.kernel, w: w.kernel), Extent(h: h.stride, w: w.stride))
    if h.isCentered, w.isCentered {
      let op = AveragePool(
        kernel: kernel, stride: stride, padding: Extent(h: h.before, w: w.before),
        countsPadding: countsPadding)
      let value = try builder.apply(op, [builder.image(image)])
      return builder.operand(image: value, rank: x.rank)
    }
    let padded = try builder.padded(image, h, w, fill: 0)
    let value = try builder.apply(
      AveragePool(kernel: kernel, stride: stride), [builder.image(padded)])
    // The op divides by the size of the kernel; here by the values that count.
    let (rows, columns) = (h.counts(padding: countsPadding), w.counts(padding: countsPadding))
    let factors = rows.flatMap { row in
      columns.map { Float(h.kernel * w.kernel) / Float(row * $0) }
    }
    var result = builder.operand(image: value)
    if factors.contains(where: { $0 != 1 }) {
      result = try builder.combined(
        .multiply, result,
        Operand(
          ConstantTensor(
            .float, dims: [1, 1, rows.count, columns.count], values: .floats(factors))))
    }
    return x.rank == 3 ? result.removing([2]) : result
  }

  private static func normPool(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let (h, w) = try call.poolWindows(of: x)
    let p = try call.integer("p", default: 2)
    guard (1...1 << 16).contains(p) else { throw InteropError("its p is \(p)") }
    let value = try call.builder.pooled(x.rank == 3 ? x.inserting([2]) : x, .norm(p), h, w)
    return call.builder.operand(image: value, rank: x.rank)
  }

  private static func gridSample(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, points, builder) = (try call.input(0), try call.input(1), call.builder)
    guard x.rank == 4, points.rank == 4, points.dims[3] == 2, points.dims[0] == x.dims[0] else {
      throw InteropError("it samples \(x.dims) at \(points.dims); Glimpse samples images in 2D")
    }
    guard x.count > 0, points.count > 0 else { throw InteropError("its input has no values") }
    let mode = try call.text("mode", default: "linear")
    let interpolations: [String: GridSample.Interpolation] = [
      "nearest": .nearest, "linear": .linear, "bilinear": .linear, "cubic": .cubic,
      "bicubic": .cubic,
    ]
    let outside = try call.text("padding_mode", default: "zeros")
    let paddings: [String: GridSample.Padding] = [
      "zeros": .zeros, "border": .border, "reflection": .reflection,
    ]
    guard let interpolation = interpolations[mode], let padding = paddings[outside] else {
      throw InteropError("its mode is \(printable(mode)) and its padding \(printable(outside))")
    }
    let order = Array(points.dims.indices)
    let grid = try builder.value(
      points, order: order, shape: GraphBuilder.shape(points.dims, order: order))
    let op = GridSample(
      interpolation, padding, alignsCorners: try call.integer("align_corners", default: 0) == 1)
    return builder.operand(image: try builder.apply(op, [builder.image(x), grid]), type: x.type)
  }
}

extension OperatorCall {
  /// The windows of pooling.
  fileprivate func poolWindows(
    of x: Operand
  ) throws(InteropError) -> (h: WindowAxis, w: WindowAxis) {
    try windows(
      of: x.dims, kernel: integers("kernel_shape") ?? [],
      roundsUp: integer("ceil_mode", default: 0) == 1)
  }
}

extension GraphBuilder {
  /// Pooling of an image of rank 4 with any windows.
  func pooled(
    _ x: Operand, _ function: WindowPool.Function, _ h: WindowAxis, _ w: WindowAxis
  ) throws(InteropError) -> Value {
    func axis(_ axis: WindowAxis) -> WindowPool.Axis {
      WindowPool.Axis(
        kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, before: axis.before,
        after: axis.after, windows: axis.windows)
    }
    return try apply(WindowPool(function, rows: axis(h), columns: axis(w)), [image(x)])
  }
}
