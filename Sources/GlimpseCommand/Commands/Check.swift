import Glimpse

/// Looks a dataset over before a training: its labels, its images, its numbers.
struct Check: Command {
  var data = ""
  var splits: [String] = []
  var format: DatasetFormat?
  var decodesImages = true
  var isStrict = false
  var listsAll = false
  var maximumIssues = 5
  var printsJSON = false
  var sheet: String?
  var report: String?
  var augmentedCount: Int?
  var configFile: String?
  var threads: Int?

  static let name = "check"
  static let summary = "Find what is wrong with a dataset before training on it"
  static let discussion = [
    "Reads every label and decodes every image, compares images with each other, and tells what "
      + "is wrong with file and line. Nothing in the dataset is changed; what is found out about "
      + "images is kept in the user's cache folder, so that a second check is quick.",
    "The exit code is 4 where there are errors: labels or images that are lost or wrong, or the "
      + "same image in two splits. Warnings are worth a look and do not count unless --strict.",
  ]

  static let arguments: [Positional<Check>] = [
    .one(
      "data", \.data,
      help: "Dataset: a folder, a data.yaml or an annotation file")
  ]

  static let options: [OptionGroup<Check>] = [
    OptionGroup(
      "What to look at",
      [
        .values(
          "split", \.splits, unit: "name", unset: "all", help: "Parts of the dataset"),
        .value(
          "format", \.format, unit: "format", unset: "found out from the files",
          help: "How the dataset lies on disk"),
        .flag(
          "no-images", \.decodesImages, sets: false,
          help: "Open no image: check labels against the sizes that they state"),
        .threads(\.threads),
      ]),
    OptionGroup(
      "What counts",
      [.flag("strict", \.isStrict, help: "Let warnings give the exit code 4, too")]),
    OptionGroup(
      "Output",
      [
        .value(
          "max-issues", \.maximumIssues, .from(0, to: 1_000_000), unit: "lines",
          help: "Issues of a kind that are listed"),
        .flag("all", \.listsAll, help: "List all issues"),
        .json(\.printsJSON, help: "Print one line of JSON with all issues instead"),
        .value("csv", \.sheet, unit: "file", help: "Write all issues to a sheet, too"),
        .value(
          "report", \.report, unit: "file",
          help: "Write a page (.html) with issues, charts and labeled images"),
      ]),
    OptionGroup(
      "What training will see",
      [
        .value(
          "augmented", \.augmentedCount, .from(1, to: 400), unit: "images", unset: "none",
          help: "Draw the first images of a training into runs/check-N/augmented.jpg and the page"
        ),
        .value(
          "config", \.configFile, unit: "file", unset: "train's defaults",
          help: "Settings of the training, in the form of a run's config.json"),
      ]),
  ]

  static let examples = [
    Example("glimpse check pets", "What is wrong with a dataset, and how many objects it has."),
    Example(
      "glimpse check pets/data.yaml --report pets.html",
      "The same as a page with charts and images."),
    Example(
      "glimpse check pets --augmented 16",
      "What the images look like that a training learns from."),
    Example(
      "glimpse check pets --strict --json > issues.json",
      "For a script that takes only data without an issue."),
  ]

  func run(on console: Console) throws -> ExitCode {
    Interruption.observe()
    try checkOutputs()
    let index = ImageIndex(for: data)
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let check = try examine(index, tasks, on: console)
    if let sheet { try AtomicFile.write(CheckText(check).sheet, to: sheet) }
    let augmented = try drawAugmented(check, on: console)
    if let report {
      try AtomicFile.write(CheckPage(check: check, augmented: augmented).text, to: report)
    }
    if printsJSON {
      try console.print(CheckText(check).json.line)
    } else {
      try console.write(CheckText(check).table(most: listsAll ? .max : maximumIssues))
    }
    let isBad = check.count(.error) > 0 || isStrict && check.count(.warning) > 0
    return isBad ? .invalidDataSet : .done
  }

  /// Checks with a line of progress; what was found out is kept even where it is interrupted.
  private func examine(
    _ index: ImageIndex, _ tasks: any ParallelExecutor, on console: Console
  ) throws -> DatasetCheck {
    defer { index.save() }
    var progress = CheckProgress(on: console)
    defer { progress.finish() }
    let options = DatasetCheck.Options(
      splits: splits.isEmpty ? nil : splits, format: format, decodesImages: decodesImages,
      runner: tasks, index: index)
    return try DatasetCheck(path: data, options: options) { stage, done, total in
      try progress.report(stage, done, of: total)
    }
  }

  /// Draws what a training would see into a new folder.
  private func drawAugmented(
    _ check: DatasetCheck, on console: Console
  ) throws -> AugmentedGrid? {
    guard let augmentedCount else { return nil }
    let config =
      if let configFile { try TrainingConfig(jsonFile: configFile) } else {
        TrainingConfig()
      }
    var progress = ProgressReporter(
      "Drawing", unit: "images", total: augmentedCount, on: console)
    defer { progress.finish() }
    let sheet = try AugmentedGrid(check, config: config, count: augmentedCount) { done in
      try Interruption.check(
        "\(done) of \(Sentence.count(augmentedCount, "image")) were drawn, and none is written")
      progress.advance(by: done > 0 ? 1 : 0)
    }
    progress.advance(by: 1)
    let path = try ResultFolder(nextFor: Self.name).path + "/augmented.jpg"
    try ImageFile.write(sheet.image, to: path)
    console.note("What training will see is in \(Sentence.printable(path))")
    return sheet
  }

  /// Refuses, before any work is done, what could not be written in the end.
  private func checkOutputs() throws(CommandError) {
    guard augmentedCount == nil || decodesImages else {
      throw .usage("--augmented draws images, and --no-images opens none: give only one of them")
    }
    if let report {
      guard report.lowercased().hasSuffix(".html") else {
        throw .usage("--report takes a file that ends in .html, not \(Sentence.quoted(report))")
      }
      try ResultFolder.checkParent(of: report)
    }
    if let sheet { try ResultFolder.checkParent(of: sheet) }
  }
}
