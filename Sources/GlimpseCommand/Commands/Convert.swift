import Glimpse

/// Converts a labeled dataset to another format.
struct Convert: Command {
  var writing = DatasetWriting()
  var keepsSegmentations = true
  var skipsDifficult = false

  static let name = "convert"
  static let summary = "Convert a labeled dataset to another format"
  static let discussion = [
    "Reads any of the formats and writes any of them into a new folder. The dataset itself is never "
      + "changed. Attributes that the new format cannot store are dropped and counted. Invalid labels "
      + "are reported and ignored (exit code 3); labels that cannot be parsed end the conversion "
      + "(exit code 4), or are listed and skipped with --skip-invalid (exit code 3)."
  ]

  static let arguments = [Positional<Convert>.dataset(\.writing.data)]

  static let options: OptionGroups<Convert> = [
    "Output": [
      .value("to", \.writing.format, unit: "format", help: "Target format"),
      .newFolder(\.writing.output),
      .images(\.writing.images),
      .flag(
        "no-polygons", \.keepsSegmentations, sets: false,
        help: "Write boxes only, without polygons and masks"
      ).alias("no-outlines"),
      .json(\.writing.printsJSON, help: "Print a summary as one line of JSON"),
    ],
    "Input": [
      .sourceFormat(\.writing.source),
      .splits(\.writing.splits, help: "Splits to convert"),
      .skipInvalid(\.writing.skipsInvalid),
      .flag(
        "skip-difficult", \.skipsDifficult, help: "Leave out objects that are marked difficult"),
      .threads(\.writing.threads),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse convert VOC2012 --to yolo -o voc-yolo": "Convert Pascal VOC to YOLO.",
    "glimpse convert pets/data.yaml --to coco -o pets-coco --images symlink":
      "COCO annotation files with links to the images.",
    "glimpse convert coco --split val --to labelme -o fix-these": "Correct labels in LabelMe.",
  ]

  func run(on console: Console) throws -> ExitCode {
    guard let format = writing.format else {
      let words = Sentence.alternatives(DatasetFormat.words)
      throw CommandError.usage("convert needs --to <format>: \(words)")
    }
    let folder = try writing.newFolder(of: Self.name)
    let index = ImageIndex(for: writing.data)
    defer { index.save() }
    let read = try writing.read(
      index, ThreadPool(threads: writing.threads ?? Machine.availableThreads),
      segmentations: keepsSegmentations, on: console)
    let chosen = skipsDifficult ? read.map { $0.droppingDifficult() } : read
    let dropped =
      read.reduce(0) { $0 + $1.annotationCount } - chosen.reduce(0) { $0 + $1.annotationCount }
    if dropped > 0 {
      console.note("note: \(Sentence.count(dropped, "object")) marked difficult left out")
    }
    return try writing.write(
      [chosen], as: [""], of: read, in: format, to: folder,
      keepsSegmentations: keepsSegmentations, on: console)
  }
}
