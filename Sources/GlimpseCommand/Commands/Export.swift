import Foundation
import Glimpse

/// Exports a model.
struct Export: Command {
  var network = NetworkChoice()
  var batch = 1
  var format = ExportFormat.onnx
  var trains = false
  var isDynamic = false
  var isDecoded = false
  var appliesNMS = false
  var nms = DetectionOptions()
  var overwrites = false
  var checks = false
  var isHalf = false
  var note: String?
  var evaluation: String?
  var classNames: [String] = []
  var output: String?

  static let name = "export"
  static let summary = "Export a model to ONNX, or as a weights file"
  static let discussion = [
    "The input is batch x channels x height x width, normalized as in training; the outputs are the "
      + "network's own, without decoding and NMS. Shapes are static. The metadata describes input and "
      + "outputs; the article ONNX of the documentation has an example in Python.",
    "With --decoded a detector has one output, predictions: N x (4 + classes) x anchor points, with "
      + "the box as center x, center y, width and height in pixels of the input, and scores from 0 to "
      + "1. With --nms it has num_detections (N), boxes (N x max-det x 4: x1, y1, x2, y2), scores "
      + "and classes (N x max-det), the highest score first.",
    "Parameters keep their names. Batch normalization is fused into the convolutions, except with "
      + "--training.",
    "--half stores weights as 16-bit numbers, in half the space; networks compute in 32 bits all the same.",
    "--format safetensors writes weights for Glimpse: with a note or the metrics that they were measured "
      + "to have, or with other names of the classes.",
  ]

  static let options: OptionGroups<Export> = [
    "Model": [
      .model(\.network.model, unset: "that of the weights, or compact"),
      .weights(\.network.weights, unset: "builtin if they are of the model, else none"),
      .imageSize(
        \.network.imageSize, unset: "the network's own",
        help: "Input size: the side of a square, or HxW"),
      .batch(\.batch, help: "Batch size"),
    ],
    "Output": [
      .value("format", \.format, help: "File format"),
      .flag("decoded", \.isDecoded, help: "Decode the boxes and scores of a detector"),
      .flag("nms", \.appliesNMS, help: "Decode and apply NMS, as detect does"),
      .flag("dynamic", \.isDynamic, help: "Leave the batch size open"),
      .flag("training", \.trains, help: "Do not fuse batch normalization, for training"),
      .flag("half", \.isHalf, help: "Store the weights as 16-bit numbers"),
      .value(
        "note", \.note, unit: "text", unset: "none",
        help: "A note for the metadata of safetensors, such as the origin of the weights"),
      .value(
        "metrics", \.evaluation, unit: "file", unset: "none",
        help:
          "The output of evaluate --json on the weights, for the metadata of safetensors; 'glimpse "
          + "info --weights' lists the metrics of each class"),
      .values(
        "class-names", \.classNames, unit: "name", unset: "those of the weights",
        help: "New names of all classes, in their order"),
      .value(
        "output", short: "o", \.output, unit: "file", unset: "<model>.<format>",
        help: "File to write"),
      .flag("overwrite", \.overwrites, help: "Replace an existing file"),
      .flag(
        "check", \.checks,
        help:
          "Read the ONNX file back, run it beside the network, and print the largest differences"),
    ],
    "NMS": [
      .value(
        "conf", short: "c", \.nms.confidence, .from(0, to: 1), unit: "score",
        help: "Minimum score of a detection"),
      .value("iou", \.nms.iou, .from(0, to: 1), unit: "IoU", help: "IoU threshold for NMS"),
      .value(
        "max-det", \.nms.maximumDetections, .from(1, to: 100_000), unit: "boxes",
        help: "Maximum detections per image"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse export --weights runs/train-1/weights/best.safetensors --output pets.onnx":
      "A trained detector for onnxruntime, OpenVINO and others.",
    "glimpse export --nms --dynamic -o detector.onnx":
      "The built-in detector with NMS, for any number of images at once.",
    "glimpse export --weights best.safetensors --format safetensors --half -o small.safetensors":
      "A weights file of half the size.",
    "glimpse export --model unet --batch 8 --training":
      "A randomly initialized U-Net for training in another program.",
  ]

  func check(given names: Set<String>) throws(CommandError) {
    switch format {
    case .onnx where note != nil || evaluation != nil:
      throw .usage("--note and --metrics are for --format safetensors")
    case .safetensors:
      let others = ["batch", "training", "decoded", "nms", "dynamic"].filter(names.contains)
      if let name = others.first {
        throw .usage("--\(name) has no effect with --format safetensors")
      }
    default: break
    }
    if isDecoded, appliesNMS {
      throw .usage("--nms decodes the boxes, too; drop --decoded or --nms")
    }
    let others = [
      ("--decoded", isDecoded), ("--nms", appliesNMS),
      ("--format \(format.rawValue)", format != .onnx),
    ].filter(\.1).map(\.0)
    if checks, !others.isEmpty {
      throw .usage(
        "--check compares the network's own outputs in an ONNX file; drop "
          + others.joined(separator: " and "))
    }
    if isDynamic, names.contains("batch") {
      throw .usage("--dynamic leaves the batch size open; drop --batch")
    }
    if trains, isHalf {
      throw .usage("--training is for weights that change; drop --half")
    }
    if trains, isDecoded || appliesNMS {
      throw .usage("--training is for the network's own outputs; drop --decoded and --nms")
    }
    if !appliesNMS, let name = ["conf", "iou", "max-det"].first(where: names.contains) {
      throw .usage("--\(name) is a setting of NMS; add --nms")
    }
  }

  func run(on console: Console) throws -> ExitCode {
    try ResultFolder.check(file: output)
    try InputPath.checkKept([network.weights?.path].compactMap(\.self), outputs: [output])
    var loaded = try network.load(on: console)
    guard loaded.imported == nil else {
      throw CommandError.usage(
        "\(Sentence.printable(network.weights?.name ?? "")) is a network of another program, which is not "
          + "exported; give weights of Glimpse's own models")
    }
    if !classNames.isEmpty { loaded = try renamed(loaded) }
    let path = output ?? "\(loaded.description.name).\(format.rawValue)"
    try ResultFolder.checkNew(file: path, overwrites: overwrites)
    if format == .safetensors {
      var extra: [String: String] = [:]
      extra["note"] = note
      if let evaluation {
        extra[MeasuredMetrics.key] = try MeasuredMetrics(evaluation: evaluation).text
      }
      try loaded.write(to: path, as: isHalf ? .f16 : .f32, extra: extra)
      try console.print("\(Sentence.printable(path)): \(loaded.description.name)")
      return .done
    }
    guard loaded.description.task == .detection || !(isDecoded || appliesNMS) else {
      throw CommandError.usage(
        "--decoded and --nms are for detectors, and \(loaded.description.name) is none")
    }
    let file = try loaded.onnx(settings, metadata: loaded.description.letterboxMetadata)
    try AtomicFile.write(file.bytes, to: path)
    try console.print(overview(of: file, loaded.description, path: path))
    if checks { try ExportCheck(batch: isDynamic ? 1 : batch).run(loaded, path, on: console) }
    return .done
  }

  private var settings: ONNXExport {
    let outputs: ONNXExport.Outputs =
      appliesNMS
      ? .detections(
        .init(
          confidence: nms.confidence, iou: nms.iou, maximumDetections: nms.maximumDetections))
      : isDecoded ? .decoded : .raw
    return ONNXExport(
      batch: isDynamic ? nil : batch, outputs: outputs, foldsNormalization: !trains,
      halvesWeights: isHalf)
  }

  /// What a user needs to know to run the file: a line for the file, then a line for each of its
  /// inputs and outputs, and one for its classes.
  private func overview(
    of file: ExportedModel, _ model: ModelDescription, path: String
  ) -> String {
    var lines = [
      "\(Sentence.printable(path)): \(model.name), ONNX opset \(ExportedModel.operatorSet), "
        + NumberFormat.bytes(file.bytes.count)
    ]
    for port in file.inputs {
      lines.append("  input   \(port.name): \(port.summary), \(model.preprocessing.summary)")
    }
    for port in file.outputs { lines.append("  output  \(port.name): \(port.summary)") }
    let names = model.classNames.map(Sentence.printable).joined(separator: ", ")
    lines.append("  classes \(model.classNames.count): \(names)")
    return lines.joined(separator: "\n")
  }

  /// The model with the class names of `--class-names`.
  private func renamed(_ model: Model) throws(CommandError) -> Model {
    let count = model.description.classNames.count
    guard classNames.count == count, Set(classNames).count == count else {
      throw .usage(
        "--class-names takes \(Sentence.count(count, "different name")), one per class of the "
          + "weights, not \(classNames.count)")
    }
    return model.renaming(classes: classNames)
  }
}

extension ModelDescription {
  /// How images are fitted into the input of a detector.
  var letterboxMetadata: [String: String] {
    guard task == .detection else { return [:] }
    return [
      "letterbox": "scaled by min(width / image width, height / image height), centered, the odd "
        + "pixel at the right and the bottom",
      "letterbox_value": Double(Normalization.padding).optionText,
      "resampling": "bilinear, antialiased where it shrinks (a triangle filter, as in Pillow)",
      "channel_order": "RGB",
    ]
  }
}

extension Preprocessing {
  /// The values that the network takes: `RGB from 0 to 1`.
  fileprivate var summary: String {
    let colors = [1: "gray", 2: "gray and alpha", 3: "RGB", 4: "RGB and alpha"][channels] ?? ""
    let range = perImage.map { "normalized per image (\($0.text))" } ?? "from 0 to 1"
    if mean.allSatisfy({ $0 == 0 }), standardDeviation.allSatisfy({ $0 == 1 }) {
      return "\(colors) \(range)"
    }
    func list(_ values: [Float]) -> String { values.map(\.optionText).joined(separator: ", ") }
    return "\(colors) \(range), minus \(list(mean)), divided by \(list(standardDeviation))"
  }
}

/// The file formats of `export`; raw values are file extensions.
enum ExportFormat: String, OptionWord {
  /// Open Neural Network Exchange.
  case onnx
  /// Weights, as Glimpse writes them.
  case safetensors
}
