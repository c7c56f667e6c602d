import Glimpse

/// The network that a command looks at: one of the catalog with fresh weights, or a weights file.
struct NetworkChoice: Sendable {
  /// The name in the catalog; nil for the file's, or the smallest network.
  var model: Architecture?
  /// A weights file; nil for fresh weights.
  var weights: String?
  /// The side of the square input, in pixels; nil for the network's own.
  var imageSize: Int?

  /// Classes of a network without weights: those of the COCO benchmark, or one to tell from the rest.
  static func freshClassCount(_ architecture: Architecture) -> Int {
    switch architecture.task {
    case .detection: 80
    case .segmentation: 1
    }
  }

  /// Fresh weights are the same in every run.
  static let freshSeed: UInt64 = 0

  /// Reads or makes the weights, and sets the image size.
  ///
  /// Throws `NetworksError` for a file that cannot be used, and a usage error where the file is for
  /// another network than `model` names.
  func load() throws -> ModelWeights {
    guard let weights else { return fresh(model ?? .compact) }
    let loaded = try ModelWeights(path: weights)
    var description = loaded.model
    if let model, model != description.architecture {
      throw CommandError.usage(
        "\(Sentence.quoted(weights)) is for \(description.architecture.rawValue) and --model says "
          + "\(model.rawValue); leave --model out")
    }
    description.imageSize = imageSize ?? description.imageSize
    return ModelWeights(model: description, parameters: loaded.parameters)
  }

  private func fresh(_ architecture: Architecture) -> ModelWeights {
    let description = ModelDescription(
      architecture: architecture,
      classNames: (0..<Self.freshClassCount(architecture)).map { "class \($0)" },
      imageSize: imageSize ?? architecture.defaultImageSize)
    return ModelWeights(
      model: description,
      parameters: ParameterBlock(description.graph().parameterLayout, seed: Self.freshSeed))
  }
}
