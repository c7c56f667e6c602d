import Basics
import Engine

/// Translates a Darknet network to a graph of the engine.
///
/// Batch normalization divides by sqrt(variance + 1e-6), as OpenCV does, whose outputs are the
/// references; AlexeyAB's Darknet has 1e-5 there, and pjreddie's sqrt(variance) + 1e-6.
struct DarknetImporter {
  private let config: DarknetConfig
  private var weights: DarknetWeights
  private let builder = GraphBuilder()
  /// The result of each layer; nil for one without.
  private var results: [Operand] = []
  /// The numbers that are missing in the weights so far.
  private var missing = 0

  static let epsilon: Float = 1e-6

  /// Reads and translates a network.
  ///
  /// - Returns: The network and warnings. The outputs are, for each [yolo], `layerN_conv`, that of
  ///   layer N before it, and `layerN_yolo`, its own; without any, that of the last layer.
  static func network(
    _ config: DarknetConfig, _ weights: DarknetWeights, size: (height: Int, width: Int)? = nil
  ) throws(InteropError) -> (network: ImportedNetwork, warnings: [String]) {
    var importer = DarknetImporter(config: config, weights: weights)
    return try importer.run(size)
  }

  private init(config: DarknetConfig, weights: DarknetWeights) {
    (self.config, self.weights) = (config, weights)
  }

  private mutating func run(
    _ size: (height: Int, width: Int)?
  ) throws(InteropError) -> (network: ImportedNetwork, warnings: [String]) {
    let range = 1...1 << 14
    let stated = (
      height: try config.integer(config.net, "height", default: 416, in: range),
      width: try config.integer(config.net, "width", default: 416, in: range)
    )
    let dims = [
      1, try config.integer(config.net, "channels", default: 3, in: 1...1024),
      size?.height ?? stated.height, size?.width ?? stated.width,
    ]
    let order = [0, 2, 3, 1]
    let input = builder.input(try GraphBuilder.shape(dims, order: order))
    var x = Operand(input, dims: dims, order: order)
    var outputs: [(name: String, operand: Operand)] = []
    for (index, layer) in config.layers.enumerated() {
      builder.name = "layer\(index)_\(layer.kind)"
      do throws(InteropError) {
        if layer.kind == "yolo" {
          outputs.append(("layer\(index - 1)_conv", x))
          outputs.append(("layer\(index)_yolo", try yolo(layer, x)))
        } else {
          x = try translate(layer, index, x)
        }
      } catch {
        guard error.diagnostic.file == nil else { throw error }
        throw config.fault(layer, error.description)
      }
      results.append(x)
    }
    guard missing == 0 else {
      throw InteropError(
        "it has \(missing) numbers fewer than \(config.path) needs", in: weights.path,
        advice: "use the weights of this configuration; a file for transfer learning has only some")
    }
    guard !config.layers.isEmpty else { throw InteropError("it has no layers", in: config.path) }
    if outputs.isEmpty { outputs.append(("layer\(config.layers.count - 1)", x)) }
    var warnings: [String] = []
    if weights.remaining > 0 {
      warnings.append(
        "\(weights.path): \(weights.remaining) numbers at its end belong to no layer of "
          + config.path)
    }
    return (try network(input, dims, outputs), warnings)
  }

  private func network(
    _ input: Value, _ dims: [Int], _ outputs: [(name: String, operand: Operand)]
  ) throws(InteropError) -> ImportedNetwork {
    let order = [0, 2, 3, 1]
    var (ports, values) = ([ImportedNetwork.Port](), [Value]())
    for (name, operand) in outputs {
      builder.name = name
      let copy = try builder.copied(operand)
      guard case .value(let value) = copy.source else { continue }
      ports.append(
        ImportedNetwork.Port(name: name, type: .float, dims: copy.dims, order: copy.order))
      values.append(value)
    }
    let (graph, parameters) = builder.finish(outputs: values)
    return ImportedNetwork(
      graph: graph, parameters: parameters,
      inputs: [ImportedNetwork.Port(name: "data", type: .float, dims: dims, order: order)],
      outputs: ports)
  }

  // MARK: Layers

  private mutating func translate(
    _ layer: DarknetConfig.Section, _ index: Int, _ x: Operand
  ) throws(InteropError) -> Operand {
    switch layer.kind {
    case "convolutional", "conv": return try convolution(layer, x)
    case "shortcut":
      var sum = x
      for source in try sources(layer, "from", index) { sum = try added(sum, source) }
      return try activated(layer, sum, default: "linear")
    case "route": return try route(layer, index)
    case "maxpool", "max": return try maxPool(layer, x)
    case "avgpool", "avg":
      return builder.operand(image: try builder.apply(AveragePool.global, [builder.image(x)]))
    case "upsample":
      let factor = try config.integer(layer, "stride", default: 2, in: 1...64)
      let scale = try config.number(layer, "scale", default: 1)
      guard scale == 1 else { throw InteropError("scale is \(scale); only 1 is supported") }
      if factor == 1 { return x }
      return builder.operand(
        image: try builder.apply(NearestUpsample(factor: factor), [builder.image(x)]))
    case "scale_channels":
      guard let source = try sources(layer, "from", index).first, x.dims[1] == source.dims[1],
        x.dims[2] * x.dims[3] == 1
      else { throw InteropError("it scales channels of another number") }
      return try activated(layer, builder.combined(.multiply, source, x), default: "linear")
    case "sam":
      guard let source = try sources(layer, "from", index).first, x.dims == source.dims else {
        throw InteropError("it multiplies layers of different sizes")
      }
      return try activated(layer, builder.combined(.multiply, source, x), default: "linear")
    case "dropout": return x
    case "softmax": return try builder.softmax(x, axis: 1)
    default: throw InteropError("Glimpse does not have this layer")
    }
  }

  /// The outputs of a [yolo] layer as Darknet has them: centers in cells, sizes as logarithms,
  /// objectness and classes as probabilities.
  private func yolo(
    _ layer: DarknetConfig.Section, _ x: Operand
  ) throws(InteropError) -> Operand {
    let classes = try config.integer(layer, "classes", default: 20, in: 1...100_000)
    let scale = try config.number(layer, "scale_x_y", default: 1)
    guard try config.integer(layer, "new_coords", default: 0) == 0 else {
      throw InteropError("new_coords is set, which Glimpse does not have")
    }
    let all = try config.numbers(layer, "anchors")
    let total = try config.integer(layer, "num", default: all.count / 2, in: 1...1000)
    let mask = try config.numbers(layer, "mask")
    let anchors = mask.isEmpty ? total : mask.count
    guard all.count == 2 * total, mask.allSatisfy({ $0 >= 0 && $0 < Float(total) }),
      x.dims[1] == anchors * (5 + classes)
    else {
      throw InteropError(
        "\(anchors) anchors of \(classes) classes need \(anchors * (5 + classes)) channels and "
          + "\(2 * total) numbers; the layer before has \(x.dims[1]) channels, and anchors "
          + "\(all.count) numbers")
    }
    var parts: [Operand] = []
    for anchor in 0..<anchors {
      let row = x.sliced(1, from: anchor * (5 + classes), count: 5 + classes)
      var centers = try builder.activated(.sigmoid, row.sliced(1, from: 0, count: 2))
      if scale != 1 {
        centers = try builder.mapped(
          .dequantize(scale: scale, zero: (scale - 1) / 2 / scale), centers)
      }
      parts += [
        centers, row.sliced(1, from: 2, count: 2),
        try builder.activated(.sigmoid, row.sliced(1, from: 4, count: 1 + classes)),
      ]
    }
    return try builder.concatenated(parts, axis: 1)
  }

  private mutating func convolution(
    _ layer: DarknetConfig.Section, _ x: Operand
  ) throws(InteropError) -> Operand {
    let filters = try config.integer(layer, "filters", default: 1, in: 1...1 << 16)
    let size = try config.integer(layer, "size", default: 1, in: 1...121)
    let stride = try config.integer(layer, "stride", default: 1, in: 1...4096)
    let groups = try config.integer(layer, "groups", default: 1, in: 1...1 << 16)
    let dilation = try config.integer(layer, "dilation", default: 1, in: 1...4096)
    let pads = try config.integer(layer, "pad", default: 0) != 0
    let padding = pads ? size / 2 : try config.integer(layer, "padding", default: 0, in: 0...4096)
    let isNormalized = try config.integer(layer, "batch_normalize", default: 0) != 0
    let channels = x.dims[1]
    guard channels % groups == 0, filters % groups == 0 else {
      throw InteropError("\(groups) groups do not divide \(channels) and \(filters) channels")
    }
    let bias = take(filters)
    let (scale, mean, variance) =
      isNormalized
      ? (take(filters), take(filters), take(filters)) : ([], [], [])
    let values = take(filters * (channels / groups) * size * size)
    let op = Convolution(
      channels, filters, kernel: Extent(size), stride: Extent(stride),
      padding: Extent(padding * dilation), dilation: Extent(dilation), groups: groups,
      bias: !isNormalized)
    var parameters: GraphBuilder.Parameters = ["weight": values]
    if !isNormalized { parameters["bias"] = bias }
    var y = try builder.apply(op, [builder.image(x)], parameters: parameters)
    if isNormalized {
      // Some files hold variances of a little less than 0.
      y = try builder.apply(
        BatchNorm(channels: filters, epsilon: Self.epsilon), [y],
        parameters: [
          "weight": scale, "bias": bias, "running_mean": mean,
          "running_var": variance.map { max($0, 0) },
        ])
    }
    return try activated(layer, builder.operand(image: y), default: "logistic")
  }

  /// The next weights; zeros, which are counted, where there are no more.
  private mutating func take(_ count: Int) -> [Float] {
    if missing == 0, let values = weights.take(count) { return values }
    missing += count - weights.remaining
    _ = weights.take(weights.remaining)
    return [Float](repeating: 0, count: count)
  }

  private func maxPool(
    _ layer: DarknetConfig.Section, _ x: Operand
  ) throws(InteropError) -> Operand {
    let stride = try config.integer(layer, "stride", default: 1, in: 1...4096)
    let size = try config.integer(layer, "size", default: stride, in: 1...4096)
    let padding = try config.integer(layer, "padding", default: size - 1, in: 0...4096)
    func axis(_ extent: Int) throws(InteropError) -> WindowAxis {
      let axis = WindowAxis(
        extent: extent, kernel: size, stride: stride, dilation: 1, before: padding / 2,
        after: padding - padding / 2)
      guard axis.windows > 0 else {
        throw InteropError("a window of \(size) does not fit \(extent)")
      }
      return axis
    }
    let (h, w) = (try axis(x.dims[2]), try axis(x.dims[3]))
    return builder.operand(image: try builder.maxPool(x, h, w))
  }

  private func route(
    _ layer: DarknetConfig.Section, _ index: Int
  ) throws(InteropError) -> Operand {
    let parts = try sources(layer, "layers", index)
    let groups = try config.integer(layer, "groups", default: 1, in: 1...1024)
    let group = try config.integer(layer, "group_id", default: 0, in: 0...1023)
    guard let first = parts.first, group < groups else { throw InteropError("it names no layers") }
    var selected: [Operand] = []
    for part in parts {
      guard part.dims[1] % groups == 0, part.dims[2...] == first.dims[2...] else {
        throw InteropError("it joins \(part.dims) and \(first.dims)")
      }
      let count = part.dims[1] / groups
      selected.append(part.sliced(1, from: group * count, count: count))
    }
    return selected.count == 1 ? selected[0] : try builder.concatenated(selected, axis: 1)
  }

  /// Adds a layer; where sizes differ, Darknet adds what both have.
  private func added(_ a: Operand, _ b: Operand) throws(InteropError) -> Operand {
    guard a.dims == b.dims else {
      throw InteropError("it adds layers of \(b.dims) and \(a.dims); only equal ones are supported")
    }
    return try builder.combined(.add, a, b)
  }

  /// Earlier layers by number; negative numbers count back from this one.
  private func sources(
    _ layer: DarknetConfig.Section, _ key: String, _ index: Int
  ) throws(InteropError) -> [Operand] {
    guard let text = layer.values[key] else { throw InteropError("it has no \(key)") }
    var result: [Operand] = []
    for part in text.split(separator: ",") {
      guard let number = Int(part), number.magnitude < 1 << 20 else {
        throw InteropError("\(key) has \(printable(String(part))); expected numbers of layers")
      }
      let source = number < 0 ? index + number : number
      guard (0..<index).contains(source) else {
        throw InteropError("\(key) names the layer \(number), which does not come before it")
      }
      result.append(results[source])
    }
    return result
  }

  private func activated(
    _ layer: DarknetConfig.Section, _ x: Operand, default word: String
  ) throws(InteropError) -> Operand {
    let name = layer.values["activation"] ?? word
    switch name {
    case "linear": return x
    case "relu": return try builder.activated(.relu, x)
    case "leaky": return try builder.activated(.leakyReLU(slope: 0.1), x)
    case "logistic": return try builder.activated(.sigmoid, x)
    case "tanh": return try builder.activated(.tanh, x)
    case "swish": return try builder.activated(.silu, x)
    case "mish": return try builder.mapped(.mish, x)
    case "elu": return try builder.activated(.elu(alpha: 1), x)
    case "gelu": return try builder.activated(.gelu, x)
    case "hard_swish", "hardswish": return try builder.activated(.hardSwish, x)
    case "relu6": return try builder.mapped(.clip(low: 0, high: 6), x)
    default:
      throw InteropError("Glimpse does not have the activation \(printable(name))")
    }
  }
}
