import Basics

extension TrainingConfig {
  /// Settings that are no choice but the run's place, and one whose default is resolved when a run
  /// is set up.
  private static let unlisted: Set<String> = ["data", "output", "name", "precision"]
  /// Settings that the defaults of others depend on.
  private static let decisive: Set<String> = ["model", "optimizer", "weights", "batch"]

  /// The settings of a run that differ from the defaults, with both values.
  ///
  /// The default of a setting that the training chooses, such as the learning rate, is that of the
  /// run's model, optimizer, initial weights and batch size.
  package var changedSettings: Table {
    let plain = TrainingConfig().resolved
    var usual = TrainingConfig(defaultsOf: model)
    (usual.optimizer, usual.batch, usual.weights) = (optimizer, batch, weights)
    usual = usual.resolved
    let settings = resolved
    var table = Table([.words("setting"), .words("value"), .words("default")])
    for knob in Knob.all where !Self.unlisted.contains(knob.name) {
      let ordinary = Self.decisive.contains(knob.name) ? plain : usual
      guard knob.value(settings) != knob.value(ordinary) else { continue }
      func text(_ config: TrainingConfig) -> Table.Value {
        .text(knob.value(config) ?? knob.text(config) ?? "none")
      }
      table.add([.text(knob.name), text(settings), text(ordinary)])
    }
    return table
  }
}
