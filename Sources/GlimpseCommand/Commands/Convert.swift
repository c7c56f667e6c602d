import Glimpse

/// Writes a labeled dataset in another format.
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
  static let summary = "Write a labeled dataset in another format"
  static let discussion = [
    "Reads any of the formats and writes any of them into a new folder, which gets its name when it is "
      + "complete; the dataset itself is never changed. What the new format has no room for is "
      + "counted and told. Labels that cannot be used are told one by one, left out, and the exit "
      + "code is 3; labels that cannot even be understood end the conversion with 4."
  ]

  static let arguments: [Positional<Convert>] = [
    .one(
      "data", \.data, help: "The dataset: a folder, a data.yaml or an annotation file")
  ]

  static let options: [OptionGroup<Convert>] = [
    OptionGroup(
      "What to write",
      [
        .value("to", \.format, unit: "format", help: "Format to write"),
        .newFolder(\.output),
        .images(\.images),
        .flag(
          "no-polygons", \.keepsSegmentations, sets: false,
          help: "Write boxes only, without polygons and masks"
        ).alias("no-outlines"),
        .json(\.printsJSON, help: "Print what was written as one line of JSON"),
      ]),
    OptionGroup(
      "What to read",
      [
        .sourceFormat(\.source),
        .splits(\.splits, help: "Splits to convert"),
        .threads(\.threads),
      ]),
  ]

  static let examples = [
    Example(
      "glimpse convert VOC2012 --to yolo -o voc-yolo", "Pascal VOC for a program that wants YOLO."),
    Example(
      "glimpse convert pets/data.yaml --to coco -o pets-coco --images symlink",
      "COCO's JSON files beside links to the images."),
    Example(
      "glimpse convert coco --split val --to labelme -o fix-these",
      "Labels that LabelMe opens for mending."),
  ]

  func run(on console: Console) throws -> ExitCode {
    guard let format else {
      let words = Sentence.alternatives(DatasetFormat.words)
      throw CommandError.usage("convert needs --to <format>: \(words)")
    }
    guard let output else {
      throw CommandError.usage("convert needs --output <folder>, a new one to write into")
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
    return try DatasetWriting.tell(reports, asJSON: printsJSON, on: console)
  }
}
