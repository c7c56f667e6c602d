import Networks

/// The defaults of settings that depend on where a training starts. The article Training has the
/// measurements behind them.
package enum TrainingRecipe: CaseIterable, Sendable {
  /// A detector from random weights.
  case scratch
  /// A detector from weights of an earlier training.
  case fineTuning
  /// A segmentation network, from random weights or others.
  case segmentation

  init(model: String, startingFrom weights: WeightsSource) {
    self =
      ModelCatalog[model]?.task == .segmentation
      ? .segmentation : weights == .random ? .scratch : .fineTuning
  }

  /// The name in messages.
  package var name: String {
    switch self {
    case .scratch: "from scratch"
    case .fineTuning: "fine-tuning"
    case .segmentation: "segmentation"
    }
  }

  /// The optimizer. Muon learns fastest from random weights, and forgets most of given ones.
  var optimizer: OptimizerChoice { self == .fineTuning ? .adamw : .muon }

  /// The peak learning rate. SGD's is YOLOX's, proportional to the batch size.
  func learningRate(of optimizer: OptimizerChoice, batch: Int) -> Double {
    switch (optimizer, self) {
    case (.sgd, _): 0.01 * Double(batch) / 64
    case (_, .scratch): 0.012
    case (_, .fineTuning): 0.003
    case (_, .segmentation): 0.003
    }
  }

  var learningRateCourse: LearningRateCourse { self == .fineTuning ? .cosine : .flatCosine }
  var finalLearningRateFraction: Double { self == .fineTuning ? 0.01 : 0.05 }

  /// The input size of the first half of the epochs, as a fraction of the last one: small
  /// inputs first teach more images in the same time. Segmentation networks see images at their own
  /// scale.
  var progressive: Double { self == .scratch ? 0.625 : 1 }
}

extension TrainingConfig {
  /// The recipe and its settings, for the log: "fine-tuning (optimizer adamw, lr0 0.003 ...)". All
  /// settings must be resolved.
  package var recipeText: String {
    let recipe = TrainingRecipe(model: model, startingFrom: weights ?? .random)
    let settings = ["optimizer", "lr0", "lr_schedule", "lrf", "weight_decay", "progressive"]
      .map(Knob.named).map { "\($0.option) \($0.value(self) ?? "none")" }
    return "\(recipe.name) (\(settings.joined(separator: ", ")))"
  }
}

extension TrainingConfig {
  /// The defaults of the first model for segmentation.
  static let segmentationDefaults = TrainingConfig(
    defaultsOf: ModelCatalog.listed.first { $0.task == .segmentation }?.name ?? "")

  /// The default settings of a model of the catalog.
  package init(defaultsOf model: String) {
    self.init()
    self.model = model
    guard let spec = ModelCatalog[model], spec.task == .segmentation else { return }
    imgsz = spec.defaultSize
    // Microscopes and satellites have no up, and no hue to keep.
    (augmentation.flipUpDown, augmentation.degrees, augmentation.scale) = (0.5, 15, 0.25)
    (augmentation.hue, augmentation.saturation, augmentation.value) = (0, 0.2, 0)
    (augmentation.brightness, augmentation.contrast, augmentation.gamma) = (0.1, 0.15, 0.2)
    (augmentation.mosaic, augmentation.translate) = (0, 0)
    closeMosaic = 0
    closeAugmentation = 0.1
  }
}
