import Basics
import Engine
import Networks

/// A network file of another program, read but not yet translated.
package struct NetworkFile: Sendable {
  /// The path of the file.
  package let path: String
  /// What is of note and no error.
  package private(set) var warnings: [String] = []
  private let content: Content

  private enum Content: Sendable {
    case onnx(ONNXNetwork)
    case darknet(DarknetConfig, DarknetWeights)
  }

  /// Reads an ONNX file, a file that `import` wrote, or a Darknet configuration (`.cfg`) with the weights
  /// beside it: the file of the same name that ends in `.weights`.
  package init(path: String) throws(InteropError) {
    self.path = path
    if FilePath.ending(path) == "safetensors" {
      (content, warnings) = try Self.content(of: NetworkArchive(path))
      return
    }
    guard path.lowercased().hasSuffix(".cfg") else {
      content = .onnx(try ONNXReader.read(path))
      return
    }
    let config = try DarknetConfig.read(path)
    let weights = try DarknetWeights.read(path.dropLast(4) + ".weights")
    content = .darknet(config, weights)
    warnings = try DarknetImporter.network(config, weights).warnings
  }

  /// Reads what an archive of `import` holds.
  private static func content(
    of archive: NetworkArchive
  ) throws(InteropError) -> (content: Content, warnings: [String]) {
    if let text = archive.file("network.cfg"), let numbers = archive.file("network.weights") {
      let config = try DarknetConfig(
        text: String(decoding: text, as: UTF8.self), path: archive.path)
      let weights = try numbers.withUnsafeBufferPointer { bytes throws(InteropError) in
        try DarknetWeights(UnsafeRawBufferPointer(bytes), path: archive.path)
      }
      return (
        .darknet(config, weights), try DarknetImporter.network(config, weights).warnings
      )
    }
    guard let bytes = archive.file("network.onnx") else {
      throw InteropError("it holds no network that 'glimpse import' wrote", in: archive.path)
    }
    let reader = ONNXReader(path: archive.path, externals: ExternalFiles(in: archive))
    let network = try bytes.withUnsafeBufferPointer { bytes throws(InteropError) in
      try reader.network(UnsafeRawBufferPointer(bytes))
    }
    return (.onnx(network), [])
  }

  /// The files of the network by their names in an archive.
  package func files() throws(InteropError) -> [(name: String, bytes: [UInt8])] {
    if FilePath.ending(path) == "safetensors" { return try NetworkArchive(path).files }
    func bytes(_ path: String) throws(InteropError) -> [UInt8] {
      let file = try InteropError.wrap(LoadedFile(path, limit: 1 << 36))
      return withExtendedLifetime(file) { Array(file.bytes) }
    }
    switch content {
    case .darknet(let config, let weights):
      return [
        ("network.cfg", try bytes(config.path)), ("network.weights", try bytes(weights.path)),
      ]
    case .onnx(let network):
      var files = [("network.onnx", try bytes(path))]
      for name in network.externalFiles.sorted() {
        files.append((name, try bytes(FilePath.join(FilePath.folder(path), name))))
      }
      return files
    }
  }

  /// What kind of file it is, and how often it has each kind of operator or layer.
  package var facts: (format: String, operators: [(name: String, count: Int)]) {
    let (format, names) =
      switch content {
      case .onnx(let network):
        (
          "ONNX, opset \(network.operatorSet)"
            + (network.producer.isEmpty ? "" : ", by \(printable(network.producer))"),
          network.nodes.map(\.type)
        )
      case .darknet(let config, _): ("Darknet", config.layers.map(\.kind))
      }
    let counts = names.reduce(into: [String: Int]()) { $0[printable($1), default: 0] += 1 }
    return (
      format, counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    )
  }

  /// Whether a path is that of a network of another program, by its ending, or of an archive.
  package static func isForeign(_ path: String) -> Bool {
    ["onnx", "cfg"].contains(FilePath.ending(path)) || NetworkArchive.isAt(path)
  }

  /// The names, types and extents of the inputs; a free extent is nil.
  package var inputs: [(name: String, type: TensorType?, dims: [Int?])] {
    switch content {
    case .onnx(let network): network.inputs.map { ($0.name, $0.type, $0.dims ?? []) }
    case .darknet: [("data", .float, [1, 3, nil, nil])]
    }
  }

  /// The metadata of an ONNX file.
  package var metadata: [String: String] {
    if case .onnx(let network) = content { network.metadata } else { [:] }
  }

  /// How `glimpse export` wrote it, if its outputs are none that can be read back: "with --nms" or
  /// "without --decoded"; nil for all other networks.
  package var unreadableExport: String? {
    // Keys that ``ModelExport`` writes for detectors.
    guard metadata["box_encoding"] != nil, metadata["strides"] != nil,
      !outputNames.contains("predictions")
    else { return nil }
    return metadata["nms"] == nil ? "without --decoded" : "with --nms"
  }

  private var outputNames: [String] {
    if case .onnx(let network) = content { network.outputs.map(\.name) } else { [] }
  }

  /// Whether it is a Darknet configuration.
  var isDarknet: Bool {
    if case .darknet = content { true } else { false }
  }

  /// The [yolo] layers of a Darknet configuration.
  var yoloHeads: [NetworkOutline.YOLOHead] {
    if case .darknet(let config, _) = content { config.yoloHeads } else { [] }
  }

  /// Translates the network for inputs of fixed extents; those that are left out are the file's own.
  package func imported(inputDims: [String: [Int]] = [:]) throws(InteropError) -> ImportedNetwork {
    try imported(inputDims, constants: [:])
  }

  private func imported(
    _ inputDims: [String: [Int]], constants: [String: ConstantTensor]
  ) throws(InteropError) -> ImportedNetwork {
    switch content {
    case .onnx(let network):
      return try ONNXImporter.network(
        network, path: path, inputDims: inputDims, constants: constants)
    case .darknet(let config, let weights):
      guard let dims = inputDims["data"] else {
        return try DarknetImporter.network(config, weights).network
      }
      guard dims.count == 4, dims[0] == 1, dims[2] > 0, dims[3] > 0 else {
        throw InteropError(
          "an input of \(dims) was given; expected 1 x 3 x height x width", in: path)
      }
      return try DarknetImporter.network(config, weights, size: (dims[2], dims[3])).network
    }
  }

  /// Runs the network on tensors by the names of its inputs; returns the outputs in the file's order.
  ///
  /// Inputs that shapes depend on are bound to their values.
  package func run(
    _ tensors: [String: ConstantTensor], kernels: Kernels, pool: ThreadPool
  ) throws(InteropError) -> [(name: String, tensor: ConstantTensor)] {
    let inputs = inputs
    for input in inputs where tensors[input.name] == nil {
      throw InteropError(
        "no tensor is given for the input \"\(printable(input.name))\"", in: path,
        advice: "the inputs are \(inputs.map { printable($0.name) }.joined(separator: ", "))")
    }
    let given = tensors.filter { tensor in inputs.contains { $0.name == tensor.key } }
    let imported = try imported(binding: given)
    let values = imported.inputs.map { tensors[$0.name]?.values.floats ?? [] }
    let results = try imported.run(values, kernels: kernels, pool: pool)
    return zip(imported.outputs, results).map { port, values in
      (
        port.name,
        ConstantTensor(
          port.type, dims: port.dims,
          values: port.type.isFloat
            ? .floats(values) : .integers(values.map(port.type.integer)))
      )
    }
  }

  /// The network with as few of its inputs bound to values as its operators permit.
  private func imported(
    binding tensors: [String: ConstantTensor]
  ) throws(InteropError) -> ImportedNetwork {
    func attempt(_ isBound: (ConstantTensor) -> Bool) throws(InteropError) -> ImportedNetwork {
      try imported(
        tensors.filter { !isBound($0.value) }.mapValues(\.dims),
        constants: tensors.filter { isBound($0.value) })
    }
    do {
      return try attempt { $0.values.count == 0 || !$0.type.isFloat && $0.dims.count < 2 }
    } catch {
      let largest = tensors.values.map(\.values.count).max() ?? 0
      if let result = try? attempt({ $0.values.count < largest || $0.values.count < 2 }) {
        return result
      }
      if largest < 1 << 16, let result = try? attempt({ _ in true }) { return result }
      throw error
    }
  }
}
