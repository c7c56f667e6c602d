import Basics
import Engine

/// A network with its description and parameters.
public struct Model {
  /// The metadata of the weights file: name, classes, input size, preprocessing and head.
  public let description: ModelDescription
  /// The network for one image of the description's input size, without folded normalization.
  package let graph: Graph
  package let parameters: ParameterBlock
  /// The network of another program that this is; nil for one of the catalog.
  package var imported: ImportedProgram?

  /// The network for inference (`Graph.optimizedForInference`) and its parameters.
  package var optimizedForInference: (graph: Graph, parameters: ParameterBlock) {
    graph.optimizedForInference(parameters)
  }
}

extension Model {
  /// Makes a model of a network of another program.
  ///
  /// - Throws: `EngineError` if the network cannot have the input size.
  package init(
    _ program: ImportedProgram, name: String, task: ModelTask
  ) throws(EngineError) {
    let input = program.recipe.input
    let (height, width) =
      input.isTransposed ? (input.width, input.height) : (input.height, input.width)
    let instance = try program.instance(height, width)
    description = ModelDescription(
      name: name, classNames: program.recipe.classNames,
      imageSize: .exact(height: height, width: width),
      preprocessing: Preprocessing.unit.with(channels: input.channels.count),
      head: .imported(task))
    (graph, parameters) = (instance.graph, instance.parameters)
    imported = program
  }

  /// Creates a model of the catalog with random weights; what is nil has the model's default.
  ///
  /// - Parameter imageSize: The input size.
  package init(
    _ spec: ModelSpec, classNames: [String], imageSize: InputSize? = nil,
    preprocessing: Preprocessing? = nil, head: Head? = nil, seed: UInt64
  ) {
    description = ModelDescription(
      spec, classNames: classNames, imageSize: imageSize, preprocessing: preprocessing, head: head)
    graph = spec.graph(description)
    parameters = ParameterBlock(graph.parameterLayout, seed: seed)
  }

  /// Reads a weights file that Glimpse wrote; it must contain exactly the model's parameters.
  ///
  /// - Throws: `NetworksError` if the file cannot be read, its metadata are missing or invalid, or
  ///   its tensors do not match the model.
  public init(path: String) throws(NetworksError) {
    try self.init(Safetensors(path: path))
  }

  /// Reads the weights from an opened file; it must contain exactly the model's parameters.
  package init(_ file: Safetensors) throws(NetworksError) {
    do {
      try self.init(describedBy: file)
    } catch {
      var error = error
      error.isUnsuitableModel = true
      throw error
    }
  }

  private init(describedBy file: Safetensors) throws(NetworksError) {
    if file.isCheckpoint {
      throw NetworksError(
        "\(file.name) is the checkpoint of a training, not a weights file; the weights of the run are "
          + "in weights/best.safetensors and weights/last.safetensors beside it")
    }
    if file.metadata["format"] == Safetensors.networkFormat {
      throw NetworksError(
        "\(file.name) is a network of another program, which is for inference only, not for training or "
          + "export")
    }
    description = try file.modelDescription()
    guard let spec = ModelCatalog[description.name] else {
      let known = ModelCatalog.all.map(\.name).joined(separator: ", ")
      throw NetworksError(
        "\(file.name) is for the model \(printable(description.name)); Glimpse \(glimpseVersion) "
          + "has \(known)")
    }
    let usual = spec.head(classCount: description.classNames.count)
    guard spec.supports(description.head, spec.preprocessing) else {
      throw NetworksError(
        "\(file.name) has the head \"\(description.head.text)\", and the model \(spec.name) has "
          + "\"\(usual.text)\"")
    }
    guard spec.supports(description.head, description.preprocessing) else {
      throw NetworksError(
        "\(file.name) has an input of \(description.preprocessing.channels) channels"
          + (description.preprocessing.perImage.map { " with the normalization \($0.text)" } ?? "")
          + ", and the model \(spec.name) takes three channels with a fixed normalization")
    }
    graph = spec.graph(description)
    parameters = ParameterBlock(zeros: graph.parameterLayout)
    let report = file.load(into: parameters)
    guard report.isExact else {
      throw NetworksError("\(file.name) does not fit its model: \(report.summary)")
    }
  }

  /// The same network and parameters for another input size.
  ///
  /// - Throws: `EngineError` for an unsupported size.
  package func resized(to imageSize: InputSize) throws(EngineError) -> Model {
    var description = description
    description.imageSize = imageSize
    if var program = imported {
      try program.resize(to: imageSize.largest)
      return try Model(program, name: description.name, task: description.task)
    }
    return Model(
      description: description, graph: try graph.resized(inputs: [description.inputShape(n: 1)]),
      parameters: parameters)
  }

  /// The same network with other names of its classes, as many as it has.
  package func renaming(classes classNames: [String]) -> Model {
    precondition(classNames.count == description.classNames.count, "one name per class")
    var description = description
    description.classNames = classNames
    return Model(description: description, graph: graph, parameters: parameters)
  }

  /// The same network with other parameters of the same layout.
  package func with(_ parameters: ParameterBlock) -> Model {
    Model(description: description, graph: graph, parameters: parameters)
  }

  /// The same network with parameters that training does not change; see `Graph.freezing`.
  package func freezing(_ names: Set<String>) -> Model {
    Model(description: description, graph: graph.freezing(names), parameters: parameters)
  }

  /// Writes a weights file atomically.
  ///
  /// - Parameters:
  ///   - type: The element type of the weights; 16-bit types halve the file size. Biases and running
  ///     statistics, which are few and may be very small or large, stay `f32`.
  ///   - extra: Further metadata, such as a note.
  /// - Throws: `NetworksError` if the file cannot be written.
  package func write(
    to path: String, as type: ElementType = .f32, extra: [String: String] = [:]
  ) throws(NetworksError) {
    let metadata = description.metadata.merging(extra) { described, _ in described }
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add(parameters, as: type)
    try writer.write(to: path)
  }
}

extension ModelSpec {
  /// Builds the network of a description, for one image.
  func graph(_ description: ModelDescription) -> Graph {
    graph(
      classCount: description.classNames.count, input: description.inputShape(n: 1),
      head: description.head)
  }
}

extension Safetensors {
  /// The description of the model in the metadata of a weights file.
  package func modelDescription() throws(NetworksError) -> ModelDescription {
    try ModelDescription(metadata: metadata, name: name)
  }
}

extension SafetensorsWriter {
  /// Adds all parameters of a block under their full names and in the public order. Values are read
  /// when the file is written. `type` applies to weights; other parameters are stored as `f32`.
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
