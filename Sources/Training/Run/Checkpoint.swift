import Basics
import Engine
import Foundation
import Networks

/// All that a training needs to go on, in one safetensors file.
///
/// `model.*` are the parameters, `average.*` their moving average, `optimizer.STATE.*` what the
/// optimizer remembers; the metadata's `state` says where the training is.
struct Checkpoint {
  let state: TrainingState
  let learner: TrainingStep

  private static let format = "glimpse-checkpoint"

  private static func blocks(_ learner: TrainingStep) -> [(prefix: String, block: ParameterBlock)] {
    [("model.", learner.parameters), ("average.", learner.average.values)]
      + learner.optimizer.state.map { ("optimizer.\($0.name).", $0.block) }
  }

  /// Writes the file aside and renames it: an older checkpoint stays until the new one is whole.
  func write(to path: String) throws {
    let json = try JSONEncoder().encode(state)
    var writer = SafetensorsWriter(metadata: [
      "format": Self.format, "glimpse_version": glimpseVersion,
      "state": String(decoding: json, as: UTF8.self),
    ])
    for (prefix, block) in Self.blocks(learner) { writer.add(block, prefix: prefix) }
    try writer.write(to: path)
  }

  /// Reads a file into a learner of the same network and optimizer; returns where it is.
  ///
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` where it is no
  ///   checkpoint or does not fit.
  static func restore(_ learner: TrainingStep, from path: String) throws -> TrainingState {
    let file = try Safetensors(path: path)
    guard file.metadata["format"] == format, let text = file.metadata["state"],
      let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)),
      state.step >= 0, state.epoch >= 0, state.batch >= 0
    else {
      throw TrainingError(.file, "\(path): the file is not a checkpoint of a training")
    }
    for (prefix, block) in blocks(learner) {
      for entry in block.layout.entries {
        let name = prefix + entry.name
        let declaration = entry.declaration
        guard let values = file.values(name),
          file.entries[name]?.shape == declaration.layout.publicShape(declaration.shape)
        else {
          throw TrainingError(
            .file,
            "\(path): \(name) is missing or has another shape: the checkpoint is of another model, "
              + "other classes or another optimizer")
        }
        block.importValues(values, for: entry)
      }
    }
    learner.steps = state.step
    return state
  }
}
