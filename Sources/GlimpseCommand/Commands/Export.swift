import Foundation
import Glimpse

/// Exports a model.
struct Export: Command {
  var network = NetworkChoice()
  var batch = 1
  var format = ExportFormat.onnx
  var trains = false
  var output: String?

  static let name = "export"
  static let summary = "Export a model to ONNX"
  static let discussion = [
    "The input is batch x channels x side x side, normalized as in training; the outputs are the raw "
      + "head outputs, without decoding and NMS. Shapes are static. Parameters keep their names. The "
      + "metadata holds the class names and how the input is normalized (mean, std, normalization).",
    "Batch normalization is fused into the convolutions, except with --training.",
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
      .value(
        "output", short: "o", \.output, unit: "file", unset: "<model>.onnx",
        help: "File to write; an existing one is replaced"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse export --weights runs/train-1/weights/best.safetensors --output pets.onnx":
      "A trained detector for onnxruntime, OpenVINO and others.",
    "glimpse export --model unet --batch 8 --training":
      "A randomly initialized U-Net for training in another program.",
  ]

  func run(on console: Console) throws -> ExitCode {
    try ResultFolder.check(file: output)
    try InputPath.checkKept([network.weights?.path].compactMap(\.self), outputs: [output])
    let loaded = try network.load(on: console)
    var model = loaded.description
    // A static network has one input size.
    let size = model.imageSize.largest
    model.imageSize = .exact(height: size.height, width: size.width)
    var (graph, parameters) = (loaded.graph, loaded.parameters)
    if !trains { (graph, parameters) = graph.foldingNormalization(parameters) }
    let bytes =
      switch format {
      case .onnx:
        try graph.onnx(
          parameters, inputShapes: [model.inputShape(n: batch)],
          name: model.name, producerVersion: glimpseVersion,
          metadata: model.exportMetadata)
      }
    let path = output ?? "\(model.name).\(format.rawValue)"
    try AtomicFile.write(bytes, to: path)
    try console.print(
      "\(Sentence.printable(path)): \(model.name), input "
        + "\(batch) x \(model.inputShape(n: 1).c) x \(size), \(NumberFormat.bytes(bytes.count))"
    )
    return .done
  }
}

/// The file formats of `export`; raw values are file extensions.
enum ExportFormat: String, OptionWord {
  /// Open Neural Network Exchange.
  case onnx
}
