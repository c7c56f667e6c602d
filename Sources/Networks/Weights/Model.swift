import Basics
import CGlimpseWeights
import Engine

/// A network with its description and its parameters.
///
/// The catalog is one way to make one; the other is to import a network.
public struct Model {
  /// What the weights file states.
  public let description: ModelDescription
  /// The network for one image of the description's input size, normalization not folded.
  package let graph: Graph
  package let parameters: ParameterBlock
}

extension Model {
  /// A model of the catalog with random weights.
  ///
  /// - Parameter imageSize: The side of the square input in pixels, a multiple of 32; nil for the
  ///   model's default.
  package init(_ spec: ModelSpec, classNames: [String], imageSize: Int? = nil, seed: UInt64) {
    description = ModelDescription(spec, classNames: classNames, imageSize: imageSize)
    graph = spec.graph(classCount: classNames.count, input: description.inputShape(n: 1))
    parameters = ParameterBlock(graph.parameterLayout, seed: seed)
  }

  /// Reads a weights file that Glimpse wrote; it must hold the model's parameters and no others.
  ///
  /// - Throws: `NetworksError` where the file cannot be read, is not described by its metadata, or
  ///   does not fit its description.
  public init(path: String) throws(NetworksError) {
    try self.init(Safetensors(path: path))
  }

  /// Takes the weights from an opened file; it must hold the model's parameters and no others.
  package init(_ file: Safetensors) throws(NetworksError) {
    description = try ModelDescription(metadata: file.metadata, name: file.name)
    guard let spec = ModelCatalog[description.name] else {
      let known = ModelCatalog.all.map(\.name).joined(separator: ", ")
      throw NetworksError(
        "\(file.name) is for the model \(printable(description.name)); Glimpse \(glimpseVersion) "
          + "has \(known)")
    }
    guard description.head == spec.head else {
      throw NetworksError(
        "\(file.name) has the head \"\(description.head.text)\", and the model \(spec.name) has "
          + "\"\(spec.head.text)\"")
    }
    graph = spec.graph(
      classCount: description.classNames.count, input: description.inputShape(n: 1))
    parameters = ParameterBlock(zeros: graph.parameterLayout)
    let report = file.load(into: parameters)
    guard report.isExact else {
      throw NetworksError("\(file.name) does not fit its model: \(report.summary)")
    }
  }

  /// The same network and parameters for another size of the square input, in pixels.
  ///
  /// - Throws: `EngineError` for a size that the network cannot take.
  package func resized(to imageSize: Int) throws(EngineError) -> Model {
    var description = description
    description.imageSize = imageSize
    return Model(
      description: description, graph: try graph.resized(inputs: [description.inputShape(n: 1)]),
      parameters: parameters)
  }

  /// The same network with other parameters of the same layout.
  package func with(_ parameters: ParameterBlock) -> Model {
    Model(description: description, graph: graph, parameters: parameters)
  }

  /// Writes a weights file, aside and then renamed.
  ///
  /// - Parameter type: How weights are stored; 16 bits halve the file. Biases and statistics, which
  ///   are few and may be very small or large, stay `f32`.
  /// - Throws: `NetworksError` where the file cannot be written.
  package func write(to path: String, as type: ElementType = .f32) throws(NetworksError) {
    var writer = SafetensorsWriter(metadata: description.metadata)
    writer.add(parameters, as: type)
    try writer.write(to: path)
  }
}

extension SafetensorsWriter {
  /// Adds all parameters of a block under their names and in the public order, as they are when the
  /// file is written; `type` is for weights, the others are stored as `f32`.
  package mutating func add(
    _ block: ParameterBlock, prefix: String = "", as type: ElementType = .f32
  ) {
    for entry in block.layout.entries {
      let fits =
        type != .f16
        || block.values[entry.range].allSatisfy {
          $0.magnitude <= Float(Float16.greatestFiniteMagnitude)
        }
      add(
        prefix + entry.name, shape: entry.publicShape, values: block.exported(entry).values,
        as: entry.declaration.kind == .weight && fits ? type : .f32)
    }
  }
}

/// The weights that are part of the program: `compact`, trained on 20 classes of objects, animals
/// and people. See `Weights/README.md`.
public enum DefaultWeights {
  /// The model, read from memory.
  public static func load() throws(NetworksError) -> Model {
    var count = 0
    let bytes = gw_compact_bytes(&count)
    guard count > 0 else {
      throw NetworksError(
        "this program was built without weights: give a weights file, or build it from a checkout "
          + "that has Weights/compact.safetensors")
    }
    return try Model(
      Safetensors(
        bytes: [UInt8](UnsafeBufferPointer(start: bytes, count: count)),
        name: "the built-in weights"))
  }
}
