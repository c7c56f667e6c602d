import Glimpse

/// Trains a detector or a segmentation network on a labeled dataset.
struct Train: Command {
  var config = TrainingConfig()
  /// The run to resume; `config` starts from its settings.
  var resumed: String?
  /// The configuration file that `config` starts from.
  var configFile: String?
  /// The task, if it was given.
  var task: TaskChoice?
  /// Whether the model was given.
  var hasModel = false
  /// Whether the dataset was given without --data.
  var isDataAnArgument = false

  static let name = "train"
  static let summary = "Train a detector or a segmentation network on a labeled dataset"
  static let discussion = [
    "Most runs need only --data, --task, --model, --weights, --epochs, --batch, --imgsz, --patience, "
      + "--precision, --output, --name and --resume.",
    "Writes a run folder: weights/best.safetensors and weights/last.safetensors for detect and "
      + "evaluate, results.csv with one row per epoch, the same as an event file for TensorBoard, "
      + "config.json, a checkpoint after every epoch, and at the end report.html. The dataset is "
      + "never changed.",
    "--folds trains once per fold, in fold-1 and so on of one run folder, and writes the metrics of "
      + "each with their mean and standard deviation to folds.csv and folds.json; --resume continues "
      + "with the fold that was interrupted.",
    "Ctrl-C saves a checkpoint and ends with exit code 75; a second one ends at once. --resume "
      + "continues from it with the same result as an uninterrupted run; with more --epochs it "
      + "extends a finished run.",
  ]

  static let arguments: [Positional<Train>] = [
    Positional(
      name: "data", help: "The dataset, as with --data", count: 0...1, words: [],
      apply: { (command, text) throws(CommandError) in
        command.config.data = try ValueRule<String>.any.read(text, of: "<data>")
        command.isDataAnArgument = true
      })
  ]

  static let options = OptionGroups(
    groups: Knob.sections.map { group, knobs in
      (
        group.rawValue,
        (group == .data ? [taskOption] : [])
          + knobs.map { $0.name == "model" ? modelOption($0) : Option($0, \.config) }
          + (group == .run ? fileOptions : [])
      )
    })

  private static var taskOption: Option<Train> {
    var option = Option<Train>.value(
      "task", \.task, unset: "that of --model",
      help: "Task: detect, or segment, which selects the model unet-s")
    let read = option.apply
    option.stage = .defaults
    option.apply = { (command, text) throws(CommandError) in
      try read(&command, text)
      try command.matchModelAndTask()
    }
    return option
  }

  /// The defaults of other settings depend on the model.
  private static func modelOption(_ knob: Knob) -> Option<Train> {
    var option = Option<Train>(knob, \.config)
    let read = option.apply
    option.stage = .defaults
    option.apply = { (command, text) throws(CommandError) in
      try read(&command, text)
      command.hasModel = true
      try command.matchModelAndTask()
      if !command.startsFromFile {
        command.config = TrainingConfig(defaultsOf: command.config.model)
      }
    }
    return option
  }

  private var startsFromFile: Bool { resumed != nil || configFile != nil }

  /// Selects a model of the task that was given, or refuses one of another task.
  private mutating func matchModelAndTask() throws(CommandError) {
    guard let task, ModelCatalog[config.model]?.task != task.modelTask else { return }
    guard !hasModel, !startsFromFile else {
      throw .usage(
        "--task \(task.rawValue) does not fit the model \(config.model); give --model "
          + Sentence.alternatives(ModelCatalog.names(task.modelTask)))
    }
    config = TrainingConfig(defaultsOf: task.usualModel)
  }

  private static let fileOptions: [Option<Train>] = [
    .settings(
      "config", unit: "file",
      help: "Start from the settings of a file like a run's config.json; other options override it"
    ) { (command, path) throws(CommandError) in try command.begin(withFile: path) },
    .settings(
      "resume", unit: "run",
      help:
        "Resume a run folder with its settings, without a name the latest one in runs; other options "
        + "override them"
    ) { (command, path) throws(CommandError) in
      guard path == "latest" else { return try command.begin(resuming: path) }
      guard let latest = RunFolder.latest(in: "runs") else {
        throw CommandError("--resume: there is no run in the folder 'runs'; name the run's folder")
      }
      try command.begin(resuming: latest)
    }.orBare("latest"),
  ]

  func check(given names: Set<String>) throws(CommandError) {
    guard !isDataAnArgument || !names.contains("data") else {
      throw .usage("the dataset is given twice, as an argument and with --data")
    }
  }

  static let examples: KeyValuePairs = [
    "glimpse train --data pets --epochs 50": "Train the compact model on a folder of images.",
    "glimpse train --data pets/data.yaml --imgsz 320 --batch 8 --name pets-small":
      "Smaller input and batch size, into runs/pets-small.",
    "glimpse train --data pets --freeze backbone --fraction 0.2 --epochs 10":
      "A quick try on a fifth of the images, with a fixed backbone.",
    "glimpse train --data nuclei --task segment": "Train a U-Net on images and masks.",
    "glimpse train --data pets --folds 5": "Cross-validation in five parts.",
    "glimpse train --resume runs/train-1": "Resume an interrupted run.",
    "glimpse train --resume runs/train-1 --epochs 100": "Extend a finished run.",
  ]

  func run(on console: Console) throws -> ExitCode {
    guard !config.data.isEmpty else {
      throw CommandError.usage("train needs --data <path>, the dataset to train on")
    }
    func opening(_ pool: any ParallelExecutor) -> any ParallelExecutor {
      OpeningProgress(pool, on: console)
    }
    if config.folds != nil, config.fold == nil {
      return try crossValidate(opening: opening, on: console)
    }
    let trainer =
      if let resumed {
        try Trainer(resuming: resumed, change: { $0 = config }, opening: opening)
      } else {
        try Trainer(config, opening: opening)
      }
    var reporter = TrainingReporter(on: console)
    let (outcome, report) = try Interruption.whileFinishing {
      let outcome = try trainer.run(
        observe: { reporter.observe($0) }, isInterrupted: { Interruption.isRequested })
      return (outcome, writeReport(of: outcome, trainer, &reporter))
    }
    return try reporter.finish(outcome, report: report)
  }

  /// Writes the report of a training that has ended. The weights are saved: whatever prevents the
  /// report is a warning.
  private func writeReport(
    of outcome: TrainingOutcome, _ trainer: Trainer, _ reporter: inout TrainingReporter
  ) -> String? {
    guard outcome.ending != .interrupted else { return nil }
    do {
      let path = try trainer.writeReport(
        of: outcome, observe: { reporter.observe($0) },
        isInterrupted: { Interruption.isRequested })
      if path == nil {
        reporter.warn(
          "interrupted before the report was written; 'glimpse train --resume "
            + "\(outcome.folder)' writes it")
      }
      return path
    } catch {
      reporter.warn("there is no report: \(error)")
      return nil
    }
  }

  private mutating func begin(withFile path: String) throws(CommandError) {
    try checkOnlySource()
    configFile = path
    try begin(path)
  }

  private mutating func begin(resuming path: String) throws(CommandError) {
    try checkOnlySource()
    resumed = path
    try begin(RunFolder(existing: path).config)
  }

  private func checkOnlySource() throws(CommandError) {
    guard resumed == nil, configFile == nil else {
      throw .usage("--config and --resume both set all settings: give only one of them, once")
    }
  }

  private mutating func begin(
    _ path: @autoclosure () throws(TrainingError) -> String
  ) throws(CommandError) {
    do {
      config = try TrainingConfig(jsonFile: path())
    } catch {
      throw CommandError(error.description, exitCode: ExitCode(endingWith: error))
    }
  }
}

/// The choice of a task.
enum TaskChoice: String, CaseIterable, OptionWord {
  case detect, segment

  var modelTask: ModelTask { self == .detect ? .detection : .segmentation }
  /// The model where none is chosen.
  var usualModel: String { self == .detect ? TrainingConfig().model : "unet-s" }
}
