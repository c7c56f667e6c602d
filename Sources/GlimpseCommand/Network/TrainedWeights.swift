import Glimpse

/// The weights that `detect` and `evaluate` use.
enum TrainedWeights {
  /// Reads the weights file that the user names.
  ///
  /// Throws `NetworksError` for a file that cannot be used.
  static func load(_ path: String?) throws -> ModelWeights {
    guard let path else { throw CommandError.usage("this needs --weights <file>") }
    return try ModelWeights(path: path)
  }
}
