import Glimpse

/// The weights that `detect` and `evaluate` use.
enum TrainedWeights {
  /// Reads a weights file, or the built-in weights where none is named.
  ///
  /// Throws `NetworksError` for a file that cannot be used.
  static func load(_ path: String?) throws(NetworksError) -> ModelWeights {
    if let path { return try ModelWeights(path: path) }
    return try DefaultWeights.load()
  }
}
