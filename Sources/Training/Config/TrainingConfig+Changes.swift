import Basics
import Networks

extension TrainingConfig {
  /// Settings that are no choice but the run's place, and one whose default is resolved when a run
  /// is set up.
  private static let unlisted: Set<String> = ["data", "output", "name", "precision"]

  /// The settings of a run that differ from the defaults, with both values; the default model is that
  /// of the task.
  ///
  /// The default of a setting that the training chooses, such as the learning rate, follows from the
  /// run's model, initial weights, optimizer and batch size, each of whose defaults follows from those
  /// before it.
  ///
  /// - Parameter choosesBatch: Whether the batch size was chosen by the training, and is not listed.
  package func changedSettings(choosesBatch: Bool = false) -> Table {
    var usual = TrainingConfig(defaultsOf: model)
    var defaults = [
      "model": ModelCatalog[model]?.task == .segmentation
        ? TrainingConfig(defaultsOf: DefaultWeights.segmenter) : TrainingConfig()
    ]
    (defaults["weights"], defaults["batch"]) = (usual.resolved, usual.resolved)
    usual.weights = weights
    defaults["optimizer"] = usual.resolved
    (usual.optimizer, usual.batch) = (optimizer, batch)
    usual = usual.resolved
    let settings = resolved
    var table = Table([.words("setting"), .words("value"), .words("default")])
    for knob in Knob.all where !Self.unlisted.contains(knob.name) {
      if choosesBatch, knob.name == "batch" { continue }
      let ordinary = defaults[knob.name] ?? usual
      guard knob.value(settings) != knob.value(ordinary) else { continue }
      func text(_ config: TrainingConfig) -> Table.Value {
        .text(knob.value(config) ?? knob.text(config) ?? "none")
      }
      table.add([.text(knob.name), text(settings), text(ordinary)])
    }
    return table
  }
}
