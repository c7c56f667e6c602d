import Basics
import Datasets
import Engine
import Foundation
import Networks

/// The complete state of a training run, in one safetensors file.
///
/// `model.*` are the parameters, `average.*` their moving average, `optimizer.STATE.*` the state of
/// the optimizer; the metadata's `state` is a `TrainingState`.
struct Checkpoint {
  /// The position of the training.
  let state: TrainingState
  private let path: String
  private let file: Safetensors

  /// Opens a checkpoint.
  ///
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` where it is no
  ///   checkpoint.
  init(path: String) throws {
    self.path = path
    file = try Safetensors(path: path)
    guard file.isCheckpoint, let text = file.metadata["state"],
      let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)),
      state.isValid
    else {
      throw TrainingError(.file, "\(path): the file is not a checkpoint of a training")
    }
    self.state = state
  }

  private static func blocks(_ step: TrainingStep) -> [(prefix: String, block: ParameterBlock)] {
    [("model.", step.parameters), ("average.", step.average.values)]
      + step.optimizer.state.map { ("optimizer.\($0.name).", $0.block) }
  }

  /// Replaces the file atomically: an older checkpoint stays until the new one is complete.
  static func write(_ state: TrainingState, of step: TrainingStep, to path: String) throws {
    let json = try JSONEncoder().encode(state)
    var writer = SafetensorsWriter(metadata: [
      "format": Safetensors.checkpointFormat, "glimpse_version": glimpseVersion,
      "state": String(decoding: json, as: UTF8.self),
    ])
    for (prefix, block) in blocks(step) { writer.add(block, prefix: prefix) }
    try writer.write(to: path)
  }

  /// Restores a step of the same network, loss and optimizer.
  ///
  /// - Throws: `TrainingError` where the parameters or losses do not fit.
  func restore(_ step: TrainingStep) throws(TrainingError) {
    func misfit(_ what: String) -> TrainingError {
      TrainingError(
        .file,
        "\(path): \(what): the checkpoint is of another model, other classes or another optimizer")
    }
    guard state.losses.areOf(step.loss.termNames) else {
      throw misfit("its losses have other names")
    }
    for (prefix, block) in Self.blocks(step) {
      for entry in block.layout.entries {
        let name = prefix + entry.name
        guard let values = file.values(name), file.entries[name]?.shape == entry.publicShape else {
          throw misfit("\(name) is missing or has another shape")
        }
        block.importValues(values, for: entry)
      }
    }
    step.steps = state.step
  }
}

/// The state of a training run besides its tensors.
struct TrainingState: Hashable, Codable {
  /// The number of completed steps.
  var step = 0
  /// The epoch of the next step, from 0.
  var epoch = 0
  /// The batch of the next step in its epoch, from 0.
  var batch = 0
  /// The losses of the current epoch.
  var losses = MeanLosses()
  /// Training time in seconds, over all processes of the run.
  var seconds = 0.0
  /// The epoch of the best weights.
  var best: BestEpoch?
  /// The factor of the learning rate: below 1 after a divergence.
  var rateScale = 1.0
  /// The random seed; together with step, epoch and batch it determines all random state.
  var seed: UInt64 = 0
  /// The data that the position refers to.
  var data: DatasetIdentity

  /// Whether the numbers are those of a training, so that no sum of them overflows.
  fileprivate var isValid: Bool {
    let counts = 0..<1 << 53
    return [step, epoch, batch].allSatisfy(counts.contains) && (0...1).contains(rateScale)
      && best.map { (0..<epoch).contains($0.epoch) } ?? true
  }
}

/// The classes and images of a training split, which a resumed run must find unchanged: class indices
/// and the position within an epoch depend on them.
struct DatasetIdentity: Hashable, Codable {
  let classNames: [String]
  let imageCount: Int
  /// Hash of the images' file names, in order.
  let imageNames: Fingerprint

  init(_ dataset: Dataset) {
    classNames = dataset.classNames
    imageCount = dataset.samples.count
    let names = dataset.samples.map { FilePath.name($0.imagePath) }
    imageNames = Fingerprint(Array(names.joined(separator: "\0").utf8))
  }

  /// How another dataset differs from this one, as a clause; nil where it is the same.
  func change(to other: DatasetIdentity) -> String? {
    if classNames.count != other.classNames.count {
      return "it had \(classNames.count) classes (\(Self.list(classNames))) and has "
        + "\(other.classNames.count) (\(Self.list(other.classNames)))"
    }
    for (index, (old, new)) in zip(classNames, other.classNames).enumerated() where old != new {
      return "class \(index) was \"\(old)\" and is \"\(new)\""
    }
    if imageCount != other.imageCount {
      return "it had \(imageCount) training images and has \(other.imageCount)"
    }
    return imageNames == other.imageNames
      ? nil : "its training images have other names or another order"
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " ..." : "")
  }
}
