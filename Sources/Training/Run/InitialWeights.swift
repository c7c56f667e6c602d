import Engine
import Networks

/// Takes over the parameters that a weights file has and the network can use.
enum InitialWeights {
  /// Sets what fits; other parameters stay as they are.
  ///
  /// - Returns: A sentence that says how much was taken.
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` where nothing
  ///   fits.
  static func load(_ path: String, into parameters: ParameterBlock) throws -> String {
    let file = try Safetensors(path: path)
    // A detector's own names, or those of a bare backbone.
    var report = file.load(into: parameters)
    if report.loaded.isEmpty { report = file.load(into: parameters, prefix: "backbone.") }
    guard !report.loaded.isEmpty else {
      throw TrainingError(
        .invalid, "\(path): none of its tensors fits the model; train without weights instead")
    }
    return "\(path): \(report.summary)"
  }
}
