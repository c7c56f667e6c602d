import Networks

/// The defaults of settings that depend on where a training starts. The article Training has the
/// measurements behind them.
package enum TrainingRecipe: CaseIterable, Sendable {
  /// Random weights.
  case scratch
  /// Weights of an earlier training.
  case fineTuning

  init(startingFrom weights: WeightsSource) {
    self = weights == .random ? .scratch : .fineTuning
  }

  /// The name in messages.
  package var name: String {
    switch self {
    case .scratch: "from scratch"
    case .fineTuning: "fine-tuning"
    }
  }

  /// The peak learning rate. SGD's is YOLOX's, proportional to the batch size.
  func learningRate(of optimizer: OptimizerChoice, batch: Int) -> Double {
    switch (optimizer, self) {
    case (.sgd, _): 0.01 * Double(batch) / 64
    case (_, .scratch): 0.012
    case (_, .fineTuning): 0.004
    }
  }

  var learningRateCourse: LearningRateCourse { .flatCosine }
  var finalLearningRateFraction: Double { 0.05 }

  /// The input size of the first half of the epochs, as a fraction of the last one.
  var progressive: Double { 0.625 }
}

extension TrainingConfig {
  /// The recipe and its settings, for the log: "fine-tuning: adamw, learning rate 0.004 ...". All
  /// settings must be resolved.
  package var recipeText: String {
    let recipe = TrainingRecipe(startingFrom: weights ?? .random)
    let settings = ["optimizer", "lr0", "lr_schedule", "lrf", "weight_decay", "progressive"]
      .map(Knob.named).map { "\($0.option) \($0.value(self) ?? "none")" }
    return "\(recipe.name) (\(settings.joined(separator: ", ")))"
  }
}
