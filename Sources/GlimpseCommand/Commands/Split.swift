import Glimpse

/// Splits a dataset.
struct Split: Command {
  var writing = DatasetWriting()
  var ratios: [Double] = []
  var folds: Int?
  var seed: UInt64 = 0
  var keepsGroups = true

  private static let defaultRatios = [0.8, 0.1, 0.1]
  private static let names = ["train", "val", "test"]

  static let name = "split"
  static let summary = "Split a dataset into train, val and test, or k folds"
  static let discussion = [
    "Stratified: every class is distributed by the ratios, the rarest first. Near-duplicates such as "
      + "copies and frames of a video stay in the same split, which prevents leakage. The same seed "
      + "gives the same split. The result is a new folder; the dataset itself is never changed."
  ]

  static let arguments = [Positional<Split>.dataset(\.writing.data)]

  static let options: OptionGroups<Split> = [
    "Splitting": [
      .values(
        "ratios", \.ratios, .above(0), unit: "ratio", unset: "0.8,0.1,0.1",
        help: "Relative sizes of train, val and test, or of train and val alone"
      ).alias("shares"),
      .value(
        "folds", \.folds, .from(2, to: 1000), unit: "count",
        help:
          "Number of cross-validation folds instead: fold-1 and so on, each with train and val"),
      .value("seed", \.seed, help: "Random seed"),
      .flag(
        "no-groups", \.keepsGroups, sets: false,
        help: "Do not keep near-duplicates in the same split"),
    ],
    "Output": [
      .newFolder(\.writing.output),
      .value(
        "to", \.writing.format, unit: "format", unset: "that of the dataset", help: "Target format"),
      .images(\.writing.images),
      .json(\.writing.printsJSON, help: "Print a summary as one line of JSON per folder"),
    ],
    "Input": [
      .sourceFormat(\.writing.source),
      .splits(\.writing.splits, help: "Splits to merge and re-split"),
      .skipInvalid(\.writing.skipsInvalid),
      .threads(\.writing.threads),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse split pets -o pets-split": "80 % train, 10 % val, 10 % test.",
    "glimpse split pets --ratios 3,1 --to yolo -o pets-yolo --images symlink":
      "75 % train and 25 % val as YOLO, with links to the images.",
    "glimpse split pets --folds 5 -o pets-folds --images hardlink":
      "Five folds for cross-validation.",
  ]

  func run(on console: Console) throws -> ExitCode {
    let ratios = try namedRatios()
    let folder = try writing.newFolder(of: Self.name)
    let tasks = ThreadPool(threads: writing.threads ?? Machine.availableThreads)
    let index = ImageIndex(for: writing.data)
    defer { index.save() }
    let read = try writing.read(index, tasks, on: console)
    let groups =
      keepsGroups
      ? try groups(of: read, index, tasks, on: console)
      : Array(0..<read.reduce(0) { $0 + $1.samples.count })
    let splitter = DatasetSplitter(seed: seed)

    func write(_ parts: some Sequence<[Dataset]>, as names: [String]) throws -> ExitCode {
      for split in parts.joined() where split.samples.isEmpty {
        throw DatasetsError(
          "\(writing.data): \((groups.max() ?? -1) + 1) groups of near-duplicate images are too few: "
            + "the split \"\(split.split)\" would be empty")
      }
      return try writing.write(
        parts, as: names, of: read, in: writing.format ?? read[0].format, to: folder, on: console)
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

  /// The group of near-duplicates of each image. The index is saved even after an interruption.
  private func groups(
    of data: [Dataset], _ index: ImageIndex, _ tasks: any ParallelExecutor, on console: Console
  ) throws -> [Int] {
    var progress = CheckProgress(on: console)
    defer { progress.finish() }
    let found = try DatasetSplitter.groups(of: data, index: index, runner: tasks) {
      try progress.report($0, $1, of: $2)
    }
    IssueReporter.report(found.issues, on: console)
    return found.groups
  }
}
