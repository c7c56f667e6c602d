import Basics
import Engine
import Foundation
import Networks

/// The whole state of a training, in one safetensors file.
///
/// `model.*` are the parameters, `average.*` their moving average, `optimizer.STATE.*` the state of
/// the optimizer; the metadata's `state` is a `TrainingState`.
enum Checkpoint {
  private static let format = "glimpse-checkpoint"

  private static func blocks(_ step: TrainingStep) -> [(prefix: String, block: ParameterBlock)] {
    [("model.", step.parameters), ("average.", step.average.values)]
      + step.optimizer.state.map { ("optimizer.\($0.name).", $0.block) }
  }

  /// Replaces the file atomically: an older checkpoint stays until the new one is complete.
  static func write(_ state: TrainingState, of step: TrainingStep, to path: String) throws {
    let json = try JSONEncoder().encode(state)
    var writer = SafetensorsWriter(metadata: [
      "format": format, "glimpse_version": glimpseVersion,
      "state": String(decoding: json, as: UTF8.self),
    ])
    for (prefix, block) in blocks(step) { writer.add(block, prefix: prefix) }
    try writer.write(to: path)
  }

  /// Reads a file into a step of the same network and optimizer.
  ///
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` where it is no
  ///   checkpoint or does not fit.
  static func restore(_ step: TrainingStep, from path: String) throws -> TrainingState {
    let file = try Safetensors(path: path)
    guard file.metadata["format"] == format, let text = file.metadata["state"],
      let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)),
      state.step >= 0, state.epoch >= 0, state.batch >= 0
    else {
      throw TrainingError(.file, "\(path): the file is not a checkpoint of a training")
    }
    for (prefix, block) in blocks(step) {
      for entry in block.layout.entries {
        let name = prefix + entry.name
        guard let values = file.values(name), file.entries[name]?.shape == entry.publicShape else {
          throw TrainingError(
            .file,
            "\(path): \(name) is missing or has another shape: the checkpoint is of another model, "
              + "other classes or another optimizer")
        }
        block.importValues(values, for: entry)
      }
    }
    step.steps = state.step
    return state
  }
}

/// The position of a training, beside its parameters.
struct TrainingState: Hashable, Codable {
  /// Steps done.
  var step = 0
  /// The epoch of the next step, from 0.
  var epoch = 0
  /// The batch of the next step in its epoch, from 0.
  var batch = 0
  /// The losses of the current epoch.
  var losses = MeanLosses()
  /// Seconds of all processes of the run.
  var seconds = 0.0
  /// The epoch of the best weights.
  var best: BestEpoch?
  /// The seed: with step, epoch and batch it is the state of everything random.
  var seed: UInt64 = 0
}

/// Loads the parameters of a weights file that fit the network.
enum InitialWeights {
  /// Parameters that do not fit stay as they are.
  ///
  /// - Returns: A sentence for the log.
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` where nothing
  ///   fits.
  static func load(_ path: String, into parameters: ParameterBlock) throws -> String {
    let file = try Safetensors(path: path)
    // The names of a whole network, or those of a backbone alone.
    var report = file.load(into: parameters)
    if report.loaded.isEmpty { report = file.load(into: parameters, prefix: "backbone.") }
    guard !report.loaded.isEmpty else {
      throw TrainingError(
        .invalid, "\(path): none of its tensors fits the model; train without weights instead")
    }
    return "\(path): \(report.summary)"
  }
}
