import Foundation
import Glimpse

/// Exports a model.
struct Export: Command {
  var network = NetworkChoice()
  var batch = 1
  var format = ExportFormat.onnx
  var trains = false
  var isHalf = false
  var note: String?
  var classNames: [String] = []
  var output: String?

  static let name = "export"
  static let summary = "Export a model to ONNX, or as a weights file"
  static let discussion = [
    "The input is batch x channels x side x side, normalized as in training; the outputs are the raw "
      + "head outputs, without decoding and NMS. Shapes are static. Parameters keep their names. The "
      + "metadata holds the class names and how the input is normalized (mean, std, normalization).",
    "Batch normalization is fused into the convolutions, except with --training.",
    "--format safetensors writes weights for Glimpse: of half the size with --half, with a note, or with "
      + "other names of the classes.",
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
      .flag("training", \.trains, help: "Do not fuse batch normalization, for training"),
      .flag("half", \.isHalf, help: "Write the weights of safetensors as 16-bit numbers"),
      .value(
        "note", \.note, unit: "text", unset: "none",
        help: "A note for the metadata of safetensors, such as the origin of the weights"),
      .values(
        "class-names", \.classNames, unit: "name", unset: "those of the weights",
        help: "New names of all classes, in their order"),
      .value(
        "output", short: "o", \.output, unit: "file", unset: "<model>.<format>",
        help: "File to write; an existing one is replaced"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse export --weights runs/train-1/weights/best.safetensors --output pets.onnx":
      "A trained detector for onnxruntime, OpenVINO and others.",
    "glimpse export --weights best.safetensors --format safetensors --half -o small.safetensors":
      "A weights file of half the size.",
    "glimpse export --model unet --batch 8 --training":
      "A randomly initialized U-Net for training in another program.",
  ]

  func run(on console: Console) throws -> ExitCode {
    try ResultFolder.check(file: output)
    try InputPath.checkKept([network.weights?.path].compactMap(\.self), outputs: [output])
    try checkFormat()
    var loaded = try network.load(on: console)
    if !classNames.isEmpty { loaded = try renamed(loaded) }
    var model = loaded.description
    let path = output ?? "\(model.name).\(format.rawValue)"
    if format == .safetensors {
      try loaded.write(to: path, as: isHalf ? .f16 : .f32, note: note)
      try console.print("\(Sentence.printable(path)): \(model.name)")
      return .done
    }
    // A static network has one input size.
    let size = model.imageSize.largest
    model.imageSize = .exact(height: size.height, width: size.width)
    var (graph, parameters) = (loaded.graph, loaded.parameters)
    if !trains { (graph, parameters) = graph.foldingNormalization(parameters) }
    let bytes = try graph.onnx(
      parameters, inputShapes: [model.inputShape(n: batch)],
      name: model.name, producerVersion: glimpseVersion,
      metadata: model.exportMetadata)
    try AtomicFile.write(bytes, to: path)
    try console.print(
      "\(Sentence.printable(path)): \(model.name), input "
        + "\(batch) x \(model.inputShape(n: 1).c) x \(size), \(NumberFormat.bytes(bytes.count))"
    )
    return .done
  }

  /// Refuses options that are of the other format.
  private func checkFormat() throws(CommandError) {
    switch format {
    case .onnx where isHalf || note != nil:
      throw .usage("--half and --note are for --format safetensors")
    case .safetensors where trains || batch != 1:
      throw .usage("--training and --batch have no effect with --format safetensors")
    default: break
    }
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

/// The file formats of `export`; raw values are file extensions.
enum ExportFormat: String, OptionWord {
  /// Open Neural Network Exchange.
  case onnx
  /// Weights, as Glimpse writes them.
  case safetensors
}
