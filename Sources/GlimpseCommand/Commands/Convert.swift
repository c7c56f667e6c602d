import Glimpse

/// Converts a labeled dataset to another format.
struct Convert: Command {
  var data = ""
  var format: DatasetFormat?
  var source: DatasetFormat?
  var splits: [String] = []
  var output: String?
  var images = DatasetWriter.ImageTransfer.copy
  var keepsSegmentations = true
  var threads: Int?
  var printsJSON = false

  static let name = "convert"
  static let summary = "Convert a labeled dataset to another format"
  static let discussion = [
    "Reads any of the formats and writes any of them into a new folder. The dataset itself is never "
      + "changed. Attributes that the new format cannot store are dropped and counted. Invalid labels "
      + "are reported and ignored (exit code 3); files that cannot be parsed end the conversion "
      + "(exit code 4)."
  ]

  static let arguments: [Positional<Convert>] = [
    .one(
      "data", \.data, help: "Dataset: a folder, a data.yaml or an annotation file")
  ]

  static let options: [OptionGroup<Convert>] = [
    OptionGroup(
      "Output",
      [
        .value("to", \.format, unit: "format", help: "Target format"),
        .newFolder(\.output),
        .images(\.images),
        .flag(
          "no-polygons", \.keepsSegmentations, sets: false,
          help: "Write boxes only, without polygons and masks"
        ).alias("no-outlines"),
        .json(\.printsJSON, help: "Print a summary as one line of JSON"),
      ]),
    OptionGroup(
      "Input",
      [
        .sourceFormat(\.source),
        .splits(\.splits, help: "Splits to convert"),
        .threads(\.threads),
      ]),
  ]

  static let examples = [
    Example(
      "glimpse convert VOC2012 --to yolo -o voc-yolo", "Convert Pascal VOC to YOLO."),
    Example(
      "glimpse convert pets/data.yaml --to coco -o pets-coco --images symlink",
      "COCO annotation files with links to the images."),
    Example(
      "glimpse convert coco --split val --to labelme -o fix-these",
      "Correct labels in LabelMe."),
  ]

  func run(on console: Console) throws -> ExitCode {
    guard let format else {
      let words = Sentence.alternatives(DatasetFormat.words)
      throw CommandError.usage("convert needs --to <format>: \(words)")
    }
    guard let output else {
      throw CommandError.usage("convert needs --output <folder>, a new folder")
    }
    try DatasetWriter.check(folder: output, data: data)
    Interruption.observe()
    let index = ImageIndex(for: data)
    defer { index.save() }
    let reading = DatasetReading(
      segmentations: keepsSegmentations, clipsBoxes: false,
      runner: ThreadPool(threads: threads ?? Machine.availableThreads),
      images: index)
    let read = try Dataset.openAll(
      path: data, splits: splits.isEmpty ? nil : splits, format: source, reading: reading)
    let reports = try DatasetWriting(format: format, images: images).write(
      [read], as: [""], of: read, to: output, on: console)
    return try DatasetWriting.print(reports, asJSON: printsJSON, on: console)
  }
}
