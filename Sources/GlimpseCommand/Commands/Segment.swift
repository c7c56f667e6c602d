import Glimpse

/// Segments images and writes their masks.
struct Segment: Command {
  var run = RunOptions()
  var weights = WeightsSource.builtIn
  var imports = ImportChoice()
  var segmentation = SegmentationOptions()
  var threads: Int?
  var precision = PrecisionChoice.auto
  var outputs = SegmentationOutputs(folder: "")
  var csv: String?
  var isStrict = false
  var maximumPixels = 1 << 31
  var printsJSON = false

  static let name = "segment"
  static let summary = "Segment images: a class per pixel"
  static let discussion = [
    "Writes a mask of each image into a folder: 8-bit gray of the image's size, 0 and 255 for one "
      + "class, else 0 for the background and the number of the class from 1. Images of any size are "
      + "read and written by rows. Input files are never changed. Inputs that cannot be read are "
      + "skipped and listed at the end (exit code 3).",
    "rows.jsonl in the folder has one row of JSON per image. A run into a folder with results of the "
      + "same inputs and options goes on where it ended. With --shard the inputs are divided among "
      + "processes, each of which writes rows of its own; 'glimpse merge' joins them.",
  ]

  static let arguments: [Positional<Segment>] = [
    .paths(\.run.inputs)
  ]

  static let options: OptionGroups<Segment> = [
    "Segmentation": [
      .value(
        "threshold", \.segmentation.threshold, .from(0, to: 1), unit: "probability",
        help: "Probability above which a pixel belongs to a class, if classes are independent"),
      .flag(
        "augment", \.segmentation.augments,
        help: "Average over mirror images, at four times the cost"),
      .flag(
        "instances", \.outputs.splitsObjects,
        help: "Separate touching objects, and write their numbers as 16-bit PNG into instances/"),
    ],
    "Network": [
      .weights(\.weights),
      .value(
        "tile", \.segmentation.window, .inputSize, unit: "pixels",
        unset: "the weights' own, and images up to a million pixels at once",
        help: "Size of the windows of larger images, a number or HxW"
      ).alias("imgsz"),
      .value(
        "overlap", \.segmentation.overlap, .from(0, to: 0.75), unit: "part",
        help: "Part of a window that it shares with the next one"),
      .threads(\.threads),
      .precision(\.precision),
      .batch(\.segmentation.batch, unit: "windows", help: "Windows per run of the network"),
    ] + Option.imports(\.imports),
    "Input": RunOptions.inputOptions(\.run.stream, column: \.run.column),
    "Output": [
      .value(
        "output", short: "o", \.run.output, unit: "folder", unset: "the next free runs/segment-N",
        help: "Folder for the written files"),
      .flag("overwrite", \.run.overwrites, help: "Write into a folder that is not empty"),
      .value("mask-format", \.outputs.maskFormat, help: "File format of the masks"),
      .flag("no-save", \.outputs.savesMasks, sets: false, help: "Write no masks"),
      .flag(
        "overlay", \.outputs.savesOverlays,
        help: "Write the images with tinted and outlined classes into overlays/"),
      .flag(
        "probabilities", \.outputs.savesProbabilities,
        help:
          "Write the probabilities as 16-bit PNG into probabilities/, or a folder per class there"
      ),
      .value(
        "contours", \.outputs.contours, unset: "none",
        help:
          "Write the objects as polygons or run lengths: contours.json, or contours/ for labelme"),
      .json(
        \.printsJSON,
        help:
          "Print one line of JSON per image: objects, areas, pixels and fractions of the classes"
      ),
      .value("csv", \.csv, unit: "file", help: "Write the same as CSV, one row per image"),
      .flag("quiet", short: "q", \.run.isQuiet, help: "Print no line per image"),
    ],
    "Large runs": RunOptions.batchOptions(
      shard: \.run.shard, onError: \.run.onError, maximumFailures: \.run.maximumFailures),
    "Decoding": RunOptions.decodingOptions(
      isStrict: \.isStrict, maximumPixels: \.maximumPixels),
  ]

  static let examples: KeyValuePairs = [
    "glimpse segment slide.tif -w nuclei.safetensors -o masks": "Write the mask masks/slide.png.",
    "glimpse segment slides -w nuclei.safetensors --instances --csv counts.csv":
      "Count touching objects in all images of a folder.",
    "glimpse segment scan.png -w cells.safetensors --overlay --contours coco":
      "Draw the classes, and write the polygons of the objects.",
  ]

  func check(given names: Set<String>) throws(CommandError) {
    try run.check(Self.name)
    if run.shard != nil, csv != nil || outputs.holdsAllContours {
      throw .usage(
        "--csv and --contours coco are one file of all images, and --shard divides them; take the rows, "
          + "and --contours labelme")
    }
  }
}

extension SegmentationOutputs.MaskFormat: OptionWord {
  package static var valueName: String { "format" }
}

extension SegmentationOutputs.Contours: OptionWord {
  package static var valueName: String { "format" }
}
