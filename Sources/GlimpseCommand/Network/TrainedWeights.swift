import Glimpse

/// The weights that `detect` and `evaluate` use.
enum TrainedWeights {
  /// Reads a weights file, or the built-in weights where none is named.
  ///
  /// Throws `NetworksError` for a file that cannot be used, and a usage error for one that is not a
  /// detector's.
  static func load(_ path: String?) throws -> Model {
    guard let path else { return try DefaultWeights.load() }
    let model = try Model(path: path)
    guard model.description.task == .detection else {
      throw CommandError.usage(
        "\(Sentence.quoted(path)) is for \(model.description.name), which is not a detector; give "
          + "weights of \(Sentence.alternatives(ModelCatalog.names(.detection)))")
    }
    return model
  }
}
