import Glimpse

/// Trains a detector on a labeled dataset.
struct Train: Command {
  var config = TrainingConfig()
  /// The run to go on with, whose configuration `config` then began with.
  var resumed: String?
  /// The file that `config` began with.
  var configFile: String?

  /// The model by its word, because a configuration only knows the name.
  private var model: ModelSpec {
    get { ModelCatalog[config.model] ?? .compact }
    set { config.model = newValue.name }
  }

  private var batch: BatchChoice {
    get { BatchChoice(config.batch) }
    set { config.batch = newValue.count }
  }

  static let name = "train"
  static let summary = "Train a detector on a labeled dataset"
  static let discussion = [
    "Keeps all of a run in a new folder: weights/best.safetensors and weights/last.safetensors for "
      + "detect and evaluate, results.csv with a row an epoch, config.json, and a checkpoint after "
      + "every epoch. The dataset is never changed.",
    "Ctrl-C saves a checkpoint and ends with exit code 75; --resume goes on from there, and the "
      + "result is that of a run without a pause. With more --epochs, --resume extends a finished run.",
  ]

  static let options: [OptionGroup<Train>] = [
    OptionGroup(
      "Data and network",
      [
        .value(
          "data", short: "d", \.config.data, unit: "path",
          help:
            "Dataset: a folder (Pascal VOC, YOLO, COCO), a data.yaml or a COCO annotation file"),
        .value(
          "model", \.model, .detector, unit: "name", help: "Network by its name in the catalog"),
        .value(
          "weights", short: "w", \.config.weights, unit: "file", unset: "random ones",
          help: "Weights to begin with, as far as they fit"),
        .value(
          "imgsz", \.config.imgsz, .imageSide, unit: "pixels",
          help: "Side of the square that the network sees"),
        .value(
          "multi-scale", \.config.multiScale, .from(0, to: 0.5), unit: "fraction",
          help: "Largest relative change of that side from batch to batch"),
      ]),
    OptionGroup(
      "Length",
      [
        .value(
          "epochs", short: "e", \.config.epochs, .from(1, to: 1_000_000),
          help: "Passes over the training images"),
        .value(
          "batch", short: "b", \.batch, .batch, unit: "images",
          help:
            "Images a step; auto takes the largest of 64, 32, 16 and so on to 1 that the data "
            + "set fills and that keeps the training under four fifths of the memory, or of the "
            + "control group's limit"),
        .value(
          "patience", \.config.patience, .atLeast(0), unit: "epochs",
          help: "Epochs without a better AP after which training stops; 0 never stops early"),
        .value(
          "val-interval", \.config.validationInterval, .atLeast(0), unit: "epochs",
          help: "Epochs from one validation to the next; 0 validates after the last one only"),
      ]),
    OptionGroup(
      "Optimizer",
      [
        .value(
          "optimizer", \.config.optimizer,
          help: "Optimizer; auto takes adamw"),
        .value(
          "lr", \.config.learningRate, .above(0), unit: "rate",
          unset: usual(\.usualRate) + " at 64 images a step",
          help: "Learning rate after the warm-up"),
        .value(
          "lrf", \.config.finalLearningRateFraction, .from(0, to: 1), unit: "fraction",
          help: "Last learning rate, as a fraction of --lr"),
        .value(
          "momentum", \.config.momentum, .from(0, below: 1),
          help: "Momentum of sgd, beta1 of adamw"),
        .value(
          "weight-decay", \.config.weightDecay, .atLeast(0), unset: usual(\.usualWeightDecay),
          help: "Weight decay, on weights only"),
        .value(
          "warmup-epochs", \.config.warmupEpochs, .atLeast(0), unit: "epochs",
          help: "Epochs in which the learning rate climbs"),
        .value(
          "warmup-momentum", \.config.warmupMomentum, .from(0, below: 1),
          help: "Momentum of sgd at the first step"),
        .value(
          "clip", \.config.clip, .above(0), unit: "norm",
          help: "Largest norm of the gradient; longer ones are cut"),
        .value(
          "ema-decay", \.config.emaDecay, .from(0, below: 1),
          help: "Decay that the moving average of the weights approaches"),
      ]),
    colorOptions, geometryOptions, mixtureOptions, imageOptions,
    OptionGroup(
      "Machine",
      [
        .threads(\.config.threads),
        .value(
          "workers", \.config.workers, .from(1, to: 1024), unit: "threads",
          unset: "as many as compute", help: "Threads that read and augment images"),
        .precision(\.config.precision),
        .value("seed", \.config.seed, help: "Start of everything random"),
      ]),
    OptionGroup(
      "Run",
      [
        .value(
          "output", short: "o", \.config.project, unit: "folder", help: "Folder that holds runs"),
        .value(
          "name", \.config.name, unit: "name", unset: "the next free train-N",
          help: "The run's folder in it"),
        .settings(
          "config", unit: "file",
          help: "Settings to begin with, in the form of a run's config.json; other options win"
        ) { (command, path) throws(CommandError) in try command.begin(withFile: path) },
        .settings(
          "resume", unit: "run",
          help: "Go on with a run, by its folder, with its settings; other options win"
        ) { (command, path) throws(CommandError) in try command.begin(resuming: path) },
      ]),
  ]

  static let examples = [
    Example(
      "glimpse train --data pets --epochs 50", "Train the compact network on a folder of images."),
    Example(
      "glimpse train --data pets/data.yaml --imgsz 320 --batch 8 --name pets-small",
      "Smaller images, smaller steps, into runs/pets-small."),
    Example("glimpse train --resume runs/train-1", "Go on with a run that was interrupted."),
    Example(
      "glimpse train --resume runs/train-1 --epochs 100", "Train a finished run for longer."),
  ]

  func run(on console: Console) throws -> ExitCode {
    guard !config.data.isEmpty else {
      throw CommandError.usage("train needs --data <path>, the dataset to learn from")
    }
    Interruption.observe()
    let trainer =
      if let resumed {
        try Trainer(resuming: resumed) { $0 = config }
      } else {
        try Trainer(config)
      }
    var reporter = TrainingReporter(on: console)
    let outcome = try trainer.run(
      observe: { reporter.observe($0) }, isInterrupted: { Interruption.isRequested })
    return try reporter.finish(outcome)
  }

  /// "adamw 0.003, sgd 0.01": what each optimizer takes where an option says nothing.
  private static func usual(_ value: KeyPath<OptimizerChoice, Double>) -> String {
    [OptimizerChoice.adamw, .sgd].map { "\($0.rawValue) \($0[keyPath: value].optionText)" }
      .joined(separator: ", ")
  }

  private mutating func begin(withFile path: String) throws(CommandError) {
    try checkOnlySource()
    configFile = path
    config = try Self.settings(path)
  }

  private mutating func begin(resuming path: String) throws(CommandError) {
    try checkOnlySource()
    resumed = path
    do {
      config = try Self.settings(RunFolder(existing: path).config)
    } catch let error as TrainingError {
      throw CommandError(error.description, exitCode: ExitCode(endingWith: error))
    } catch let error as CommandError {
      throw error
    } catch {
      throw CommandError("\(error)")
    }
  }

  private func checkOnlySource() throws(CommandError) {
    guard resumed == nil, configFile == nil else {
      throw .usage("--config and --resume each bring all settings: give only one of them, once")
    }
  }

  private static func settings(_ path: String) throws(CommandError) -> TrainingConfig {
    do {
      return try TrainingConfig(jsonFile: path)
    } catch {
      throw CommandError(error.description, exitCode: ExitCode(endingWith: error))
    }
  }
}
