import Engine

/// A network with its weights: what `detect` needs and `train` leaves behind.
package struct ModelWeights: Sendable {
  /// What the weights are for.
  package let model: ModelDescription
  /// The weights, normalization not folded.
  package let parameters: ParameterBlock

  /// Joins a description and weights of its network.
  package init(model: ModelDescription, parameters: ParameterBlock) {
    self.model = model
    self.parameters = parameters
  }

  /// Reads a weights file that Glimpse wrote; it must hold the model's parameters and no others.
  ///
  /// - Throws: `NetworksError` where the file cannot be read, does not say what it is for, or does
  ///   not fit that.
  package init(path: String) throws(NetworksError) {
    try self.init(Safetensors(path: path))
  }

  /// Takes the weights from an opened file; it must hold the model's parameters and no others.
  package init(_ file: Safetensors) throws(NetworksError) {
    model = try ModelDescription(metadata: file.metadata, name: file.name)
    parameters = ParameterBlock(zeros: model.graph().parameterLayout)
    let report = file.load(into: parameters)
    guard report.isExact else {
      throw NetworksError("\(file.name) does not fit its model: \(report.summary)")
    }
  }

  /// Writes a weights file, aside and then renamed.
  ///
  /// - Parameter type: How weights are stored; 16 bits halve the file. Biases and statistics, which
  ///   are few and may be very small or large, stay `f32`.
  /// - Throws: `NetworksError` where the file cannot be written.
  package func write(to path: String, as type: ElementType = .f32) throws(NetworksError) {
    var writer = SafetensorsWriter(metadata: model.metadata)
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
      let declaration = entry.declaration
      add(
        prefix + entry.name, shape: declaration.layout.publicShape(declaration.shape),
        values: block.exported(entry).values,
        as: declaration.kind == .weight && fits ? type : .f32)
    }
  }
}
