import Glimpse

/// Deals the images of a dataset out to new splits.
struct Split: Command {
  var data = ""
  var ratios: [Double] = []
  var folds: Int?
  var seed: UInt64 = 0
  var keepsGroups = true
  var format: DatasetFormat?
  var source: DatasetFormat?
  var splits: [String] = []
  var output: String?
  var images = DatasetWriter.ImageTransfer.copy
  var threads: Int?
  var printsJSON = false

  private static let defaultRatios = [0.8, 0.1, 0.1]
  private static let names = ["train", "val", "test"]

  static let name = "split"
  static let summary = "Deal a dataset's images out to train, val and test, or to folds"
  static let discussion = [
    "Every class is shared out as the images are, the rarest first, and images that show the same "
      + "(copies, frames of a film) stay together, so that no split knows another one's images. "
      + "Equal seeds deal equally. The result is a new folder; the dataset itself is never changed."
  ]

  static let arguments: [Positional<Split>] = [
    .one(
      "data", \.data, help: "The dataset: a folder, a data.yaml or an annotation file")
  ]

  static let options: [OptionGroup<Split>] = [
    OptionGroup(
      "How to deal",
      [
        .values(
          "ratios", \.ratios, .above(0), unit: "ratio", unset: "0.8,0.1,0.1",
          help: "Relative sizes of train, val and test, or of train and val alone"
        ).alias("shares"),
        .value(
          "folds", \.folds, .from(2, to: 1000), unit: "count",
          help: "Make so many folds instead, fold-1 and so on, each with its train and val"),
        .value("seed", \.seed, help: "What all random choices follow from"),
        .flag(
          "no-groups", \.keepsGroups, sets: false,
          help: "Look at no image, and let those that show the same go different ways"),
      ]),
    OptionGroup(
      "What to write",
      [
        .newFolder(\.output),
        .value(
          "to", \.format, unit: "format", unset: "that of the dataset",
          help: "Format to write"),
        .images(\.images),
        .json(\.printsJSON, help: "Print what was written, one line of JSON a folder"),
      ]),
    OptionGroup(
      "What to read",
      [
        .sourceFormat(\.source),
        .splits(\.splits, help: "Splits whose images are dealt anew, all together"),
        .threads(\.threads),
      ]),
  ]

  static let examples = [
    Example(
      "glimpse split pets -o pets-split", "Eight tenths to train, a tenth each to val and test."),
    Example(
      "glimpse split pets --ratios 3,1 --to yolo -o pets-yolo --images symlink",
      "Three to one, as YOLO, with links to the images."),
    Example(
      "glimpse split pets --folds 5 -o pets-folds --images hardlink",
      "Five folds for cross-validation."),
  ]

  func run(on console: Console) throws -> ExitCode {
    let ratios = try namedRatios()
    guard let output else {
      throw CommandError.usage("split needs --output <folder>, a new one to write into")
    }
    try DatasetWriter.check(folder: output, data: data)
    Interruption.observe()
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let index = ImageIndex(for: data)
    defer { index.save() }
    let reading = DatasetReading(
      segmentations: true, clipsBoxes: false, runner: tasks, images: index)
    let read = try Dataset.openAll(
      path: data, splits: splits.isEmpty ? nil : splits, format: source, reading: reading)
    let groups =
      keepsGroups
      ? try groups(of: read, index, tasks, on: console)
      : Array(0..<read.reduce(0) { $0 + $1.samples.count })
    let writing = DatasetWriting(format: format ?? read[0].format, images: images)
    let splitter = DatasetSplitter(seed: seed)
    func write(_ parts: some Sequence<[Dataset]>, as names: [String]) throws -> ExitCode {
      for split in parts.joined() where split.samples.isEmpty {
        throw DatasetsError(
          "\(data): \((groups.max() ?? -1) + 1) groups of images that show the same are too few: "
            + "nothing is left for \"\(split.split)\"")
      }
      let reports = try writing.write(parts, as: names, of: read, to: output, on: console)
      return try DatasetWriting.tell(reports, asJSON: printsJSON, on: console)
    }
    if let folds {
      return try write(
        splitter.folds(read, groups: groups, count: folds), as: (1...folds).map { "fold-\($0)" })
    }
    return try write([splitter.split(read, groups: groups, ratios: ratios)], as: [""])
  }

  private func namedRatios() throws(CommandError) -> [(name: String, ratio: Double)] {
    let given = ratios.isEmpty ? Self.defaultRatios : ratios
    guard folds == nil || ratios.isEmpty else {
      throw .usage("--ratios and --folds exclude each other")
    }
    guard given.count >= 2, given.count <= Self.names.count else {
      throw .usage("--ratios takes two or three numbers, for train, val and test")
    }
    return zip(Self.names, given).map { ($0, $1) }
  }

  /// Which images show the same; what was found out is kept even where it is interrupted.
  private func groups(
    of data: [Dataset], _ index: ImageIndex, _ tasks: any ParallelExecutor, on console: Console
  ) throws -> [Int] {
    var progress = CheckProgress(on: console)
    defer { progress.finish() }
    let found = try DatasetSplitter.groups(of: data, index: index, runner: tasks) {
      try progress.report($0, $1, of: $2)
    }
    var notes = IssueReporter(on: console)
    for issue in found.issues { notes.add(issue.description) }
    notes.finish()
    return found.groups
  }
}
