import Foundation
import Glimpse

/// Writes a network in a form that other programs run or train.
struct Export: Command {
  var network = NetworkChoice()
  var batch = 1
  var format = ExportFormat.onnx
  var trains = false
  var output: String?

  static let name = "export"
  static let summary = "Write a network for other programs, as ONNX"
  static let discussion = [
    "The input is batch x 3 x side x side, in the range that the network is trained on; the outputs "
      + "are the network's own, before boxes are decoded. Both have fixed extents. Parameters keep "
      + "their names. The file's metadata names the classes and the mean and deviation of the input.",
    "Normalization is folded into the convolutions. With --training it stays by itself, so that the "
      + "network can be trained elsewhere.",
  ]

  static let options: [OptionGroup<Export>] = [
    OptionGroup(
      "Network",
      [
        .model(\.network.model, unset: "that of the weights, or compact"),
        .value(
          "weights", short: "w", \.network.weights, unit: "file", unset: "fresh ones",
          help: "Weights to write"),
        .imageSize(\.network.imageSize, unset: "the network's own"),
        .value(
          "batch", \.batch, .from(1, to: 1024), unit: "images",
          help: "Images that go through the network at once"),
      ]),
    OptionGroup(
      "Output",
      [
        .value("format", \.format, help: "Form of the file"),
        .flag("training", \.trains, help: "Leave normalization by itself, to be trained"),
        .value(
          "output", short: "o", \.output, unit: "file", unset: "the network's name and .onnx",
          help: "File to write; one that is there is replaced"),
      ]),
  ]

  static let examples = [
    Example(
      "glimpse export --weights runs/train-1/weights/best.safetensors --output pets.onnx",
      "A trained detector for onnxruntime, OpenVINO and others."),
    Example(
      "glimpse export --model unet --batch 8 --training",
      "A fresh U-Net, to be trained by another program, as unet.onnx."),
  ]

  func run(on console: Console) throws -> ExitCode {
    let loaded = try network.load()
    let model = loaded.description
    var (graph, parameters) = (loaded.graph, loaded.parameters)
    if !trains { (graph, parameters) = graph.foldingNormalization(parameters) }
    let bytes =
      switch format {
      case .onnx:
        try graph.onnx(
          parameters, inputShapes: [model.inputShape(n: batch)],
          name: model.name, producerVersion: glimpseVersion,
          metadata: model.metadata)
      }
    let path = output ?? "\(model.name).\(format.rawValue)"
    try AtomicFile.write(bytes, to: path)
    try console.print(
      "\(Sentence.printable(path)): \(model.name), input "
        + "\(batch) x 3 x \(model.imageSize) x \(model.imageSize), \(NumberFormat.bytes(bytes.count))"
    )
    return .done
  }
}

/// The forms that `export` writes, by the endings of their files.
enum ExportFormat: String, OptionWord {
  /// Open Neural Network Exchange.
  case onnx
}
