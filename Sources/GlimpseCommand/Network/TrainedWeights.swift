import Glimpse

/// The weights that `detect` and `evaluate` use.
enum TrainedWeights {
  /// Reads a weights file, or the built-in weights where none is named.
  ///
  /// Throws `NetworksError` for a file that cannot be used, and a usage error for one that is not a
  /// detector's.
  static func load(_ path: String?) throws -> ModelWeights {
    guard let path else { return try DefaultWeights.load() }
    let weights = try ModelWeights(path: path)
    let architecture = weights.model.architecture
    guard architecture.task == .detection else {
      throw CommandError.usage(
        "\(Sentence.quoted(path)) is for \(architecture.rawValue), which is not a detector; give "
          + "weights of \(Sentence.alternatives(Architecture.detectors.map(\.rawValue)))")
    }
    return weights
  }
}
