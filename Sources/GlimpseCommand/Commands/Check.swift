import Glimpse

/// Validates a dataset.
struct Check: Command {
  var data = ""
  var splits: [String] = []
  var format: DatasetFormat?
  var decodesImages = true
  var isStrict = false
  var listsAll = false
  var maximumIssues = 5
  var printsJSON = false
  var csv: String?
  var report: String?
  var augmentedCount: Int?
  var configFile: String?
  var threads: Int?

  static let name = "check"
  static let summary = "Validate a dataset: labels, images, duplicates, statistics"
  static let discussion = [
    "Reads every label, decodes every image, finds duplicates and near-duplicates, and reports issues "
      + "with file and line. The dataset is never changed. Image records are cached in the user's "
      + "cache folder, which makes a second check fast.",
    "The exit code is 4 if there are errors: labels or images that are lost or wrong, or the same "
      + "image in two splits. Warnings count only with --strict.",
    "The formats: "
      + DatasetFormat.allCases.map { "\($0.rawValue), \($0.appearance)" }.joined(separator: "; ")
      + ".",
  ]

  static let arguments = [Positional<Check>.dataset(\.data)]

  static let options: OptionGroups<Check> = [
    "Input": [
      .values("split", \.splits, unit: "name", unset: "all", help: "Splits to check"),
      .value("format", \.format, unit: "format", unset: "detected", help: "Format of the dataset")
        .alias("from"),
      .flag(
        "no-images", \.decodesImages, sets: false,
        help: "Do not decode images; check labels against the sizes that they state"),
      .threads(\.threads),
    ],
    "Thresholds": [.flag("strict", \.isStrict, help: "Exit with code 4 on warnings, too")],
    "Output": [
      .value(
        "max-issues", \.maximumIssues, .from(0, to: 1_000_000), unit: "count",
        help: "Maximum number of issues listed per kind"),
      .flag("all", \.listsAll, help: "List all issues"),
      .json(\.printsJSON, help: "Print one line of JSON with all issues"),
      .value("csv", \.csv, unit: "file", help: "Write all issues to a CSV file"),
      .value(
        "report", \.report, unit: "file",
        help: "Write an HTML report with issues, charts and labeled images"),
    ],
    "Augmentation preview": [
      .value(
        "augmented", \.augmentedCount, .from(1, to: 400), unit: "images", unset: "none",
        help:
          "Draw the first augmented training images to runs/check-N/augmented.jpg and the report"
      ),
      .value(
        "config", \.configFile, unit: "file", unset: "train's defaults",
        help: "Training settings, a run's config.json"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse check pets": "Issues and statistics of a dataset.",
    "glimpse check pets/data.yaml --report pets.html":
      "The same as an HTML report with charts and images.",
    "glimpse check pets --augmented 16": "Preview the training augmentation.",
    "glimpse check pets --strict --json > issues.json":
      "For a script that accepts only data without issues.",
  ]

  func run(on console: Console) throws -> ExitCode {
    try checkOutputs()
    let index = ImageIndex(for: data)
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let check = try examine(index, tasks, on: console)
    if let csv { try AtomicFile.write(check.issueTable.csv, to: csv) }
    let augmented = try drawAugmented(check, on: console)
    if let report {
      try AtomicFile.write(
        DatasetReport(check, augmented: augmented?.thumbnails ?? []).html, to: report)
    }
    let text = CheckText(check: check)
    try console.write(
      text.table(most: listsAll ? .max : maximumIssues), json: text.json, asJSON: printsJSON)
    let isBad = check.count(.error) > 0 || isStrict && check.count(.warning) > 0
    return isBad ? .invalidDataSet : .done
  }

  /// The index is saved even after an interruption.
  private func examine(
    _ index: ImageIndex, _ tasks: any ParallelExecutor, on console: Console
  ) throws -> DatasetCheck {
    defer { index.save() }
    let opening = OpeningProgress(tasks, on: console)
    var progress = CheckProgress(on: console)
    defer { progress.finish() }
    return try DatasetCheck(
      path: data, splits: splits.isEmpty ? nil : splits, format: format,
      decodesImages: decodesImages, runner: opening, index: index
    ) { stage, done, total in
      opening.end()
      try progress.report(stage, done, of: total)
    }
  }

  /// Draws augmented training images into a new folder.
  private func drawAugmented(
    _ check: DatasetCheck, on console: Console
  ) throws -> AugmentedGrid? {
    guard let augmentedCount else { return nil }
    let config = try configFile.map { try TrainingConfig(jsonFile: $0) } ?? TrainingConfig()
    var progress = ProgressReporter("Drawing", total: augmentedCount, on: console)
    defer { progress.finish() }
    let grid = try AugmentedGrid(check, config: config, count: augmentedCount) {
      progress.advance()
    }
    let path = try ResultFolder(nextFor: Self.name).path + "/augmented.jpg"
    try ImageFile.write(grid.image, to: path)
    console.note("Augmented training images are in \(Sentence.printable(path))")
    return grid
  }

  /// Checks output paths before any work is done.
  private func checkOutputs() throws(CommandError) {
    guard augmentedCount == nil || decodesImages else {
      throw .usage("--augmented and --no-images exclude each other")
    }
    try ResultFolder.check(report: report)
    try ResultFolder.check(file: csv)
    try InputPath.checkKept([data], outputs: [csv, report])
    if let csv, DatasetWriter.changes(data, byWriting: csv) {
      throw .usage(
        "the output \(Sentence.quoted(csv)) lies in the dataset, which is never changed, and has the "
          + "extension of its files; name a file elsewhere, or one that ends in .csv")
    }
  }
}
