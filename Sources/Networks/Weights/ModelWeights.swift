import Engine

/// A detector with its weights: what `detect` needs and `train` leaves behind.
public struct ModelWeights: Sendable {
  /// What the weights are for.
  public let model: DetectorModel
  /// The weights, normalization not folded.
  public let parameters: ParameterBlock

  /// Joins a description and weights of its network.
  public init(model: DetectorModel, parameters: ParameterBlock) {
    self.model = model
    self.parameters = parameters
  }

  /// Reads a weights file that Glimpse wrote; every parameter must be there.
  public init(path: String) throws(NetworksError) {
    try self.init(Safetensors(path: path))
  }

  /// Takes the weights from an opened file; every parameter must be there.
  public init(_ file: Safetensors) throws(NetworksError) {
    model = try DetectorModel(metadata: file.metadata, name: file.name)
    parameters = ParameterBlock(zeros: model.graph().parameterLayout)
    let report = file.load(into: parameters)
    guard report.isComplete else {
      throw NetworksError("\(file.name) does not fit its model: \(report.summary)")
    }
  }

  /// Writes a weights file, aside and then renamed; 16-bit numbers halve it.
  public func write(to path: String, as type: ElementType = .f32) throws(NetworksError) {
    var writer = SafetensorsWriter(metadata: model.metadata)
    writer.add(parameters, as: type)
    try writer.write(to: path)
  }
}

/// What came of loading a file's tensors into a network.
public struct LoadReport: Hashable, Sendable {
  /// Parameters that were set.
  public var loaded: [String] = []
  /// Parameters that the file does not have.
  public var missing: [String] = []
  /// Parameters that the file has with another shape, or with numbers that are not finite.
  public var unfit: [String] = []
  /// Tensors of the file that the network does not have.
  public var unexpected: [String] = []

  /// True where every parameter was set.
  public var isComplete: Bool { missing.isEmpty && unfit.isEmpty }

  /// One clause for messages.
  public var summary: String {
    func part(_ names: [String], _ what: String) -> String? {
      names.first.map { "\(names.count) \(what) (such as \($0))" }
    }
    let parts = [
      part(missing, "parameters are missing"), part(unfit, "have another shape or bad numbers"),
      part(unexpected, "tensors are not of this network"),
    ].compactMap { $0 }
    return "\(loaded.count) parameters loaded"
      + (parts.isEmpty ? "" : "; " + parts.joined(separator: "; "))
  }
}

extension Safetensors {
  /// Sets the parameters that the file has in the right shape, and tells of the others.
  ///
  /// - Parameter prefix: What to put before the file's names: public ResNet weights fit a detector's
  ///   backbone with `backbone.`.
  public func load(into block: ParameterBlock, prefix: String = "") -> LoadReport {
    var report = LoadReport()
    for parameter in block.layout.entries {
      guard parameter.name.hasPrefix(prefix) else {
        report.missing.append(parameter.name)
        continue
      }
      let name = String(parameter.name.dropFirst(prefix.count))
      guard let entry = entries[name], let values = values(name) else {
        report.missing.append(parameter.name)
        continue
      }
      let declaration = parameter.declaration
      guard entry.shape == declaration.layout.publicShape(declaration.shape),
        values.allSatisfy(\.isFinite)
      else {
        report.unfit.append(parameter.name)
        continue
      }
      block.importValues(values, for: parameter)
      report.loaded.append(parameter.name)
    }
    report.unexpected = entries.keys.filter { block.layout[prefix + $0] == nil }.sorted()
    return report
  }
}

extension SafetensorsWriter {
  /// Adds all parameters of a block under their names and in the public order.
  public mutating func add(
    _ block: ParameterBlock, prefix: String = "", as type: ElementType = .f32
  ) {
    for entry in block.layout.entries {
      let (shape, values) = block.exported(entry)
      add(prefix + entry.name, shape: shape, values: values, as: type)
    }
  }
}
