import Glimpse

/// Describes this machine or a model.
struct Info: Command {
  /// The file of a network, otherwise given by `--weights`.
  var file: String?
  var network = NetworkChoice()
  var batch = 16
  var precision = PrecisionChoice.auto
  var printsJSON = false

  static let name = "info"
  static let summary = "Describe this machine, or a model: layers, parameters, FLOPs, memory"
  static let discussion = [
    "Without --model and --weights: processors, kernels, limits and memory, as needed in bug reports "
      + "and benchmarks. With one of them: the model's layers with output sizes, parameters and "
      + "FLOPs, and estimates of the memory for inference and training, without the cache of decoded "
      + "images (--cache of train); then the metrics of each class, where the weights' file has them.",
    "Of a network of another program (ONNX, Darknet, or what import wrote): inputs, outputs, operators, "
      + "and the recipe by which its outputs are decoded.",
  ]

  static let arguments: [Positional<Info>] = [
    .optional(
      "network", \.file, help: "A weights file, or an .onnx or .cfg network: short for --weights")
  ]

  static let options: OptionGroups<Info> = [
    "Model": [
      .model(\.network.model, unset: "that of the weights"),
      .weights(\.network.weights, unset: nil),
      .imageSize(
        \.network.imageSize, unset: "the network's own",
        help: "Input size: the side of a square, or HxW"),
      .batch(\.batch, help: "Batch size of the training memory estimate"),
      .precision(\.precision),
    ] + Option.imports(\.network.imports),
    "Output": [.json(\.printsJSON, help: "Print one line of JSON instead of tables")],
  ]

  static let examples: KeyValuePairs = [
    "glimpse info": "Kernels, processors and memory of this machine.",
    "glimpse info --json": "The same as JSON, memory in bytes.",
    "glimpse info --weights builtin":
      "The built-in weights: their classes, and how well each is detected.",
    "glimpse info yolox_nano.onnx": "Inputs, outputs, operators and recipe of a network.",
    "glimpse info --model compact --imgsz 640":
      "Layers, parameters, FLOPs and memory at 640 x 640 pixels.",
  ]

  func run(on console: Console) throws -> ExitCode {
    var network = network
    if let file {
      guard network.weights == nil, network.model == nil else {
        throw CommandError.usage("<network> stands for --weights; leave --weights and --model out")
      }
      network.weights = WeightsSource(optionText: file)
    }
    if let path = network.weights?.path, NetworkFile.isForeign(path) {
      let summary = try ImportSummary(path, network.imports)
      try console.write(summary.text, json: summary.json, asJSON: printsJSON)
      return .done
    }
    if network.model == nil, network.weights == nil {
      if network.imageSize != nil {
        throw CommandError.usage("--imgsz needs --model or --weights")
      }
      let machine = try MachineFacts.table()
      try console.write(
        machine.text, json: .object(machine.factMembers), asJSON: printsJSON)
    } else {
      let resolved = precision.resolved(on: try InstructionSet.chosen())
      if let note = resolved.note { console.warn(note) }
      let summary = try ModelSummary(
        network.load(on: console), batch: batch, precision: resolved.precision)
      let metadata = try network.metadata()
      let metrics = MeasuredMetrics(metadata: metadata)
      var text = summary.text
      if let note = metadata["note"] { text += "note        \(Sentence.printable(note))\n" }
      if let metrics { text += "\n" + metrics.table }
      try console.write(
        text,
        json: summary.json.appending(
          metadata["note"].map { ["note": .string($0)] } ?? .null,
          metrics.map { ["metrics": $0.json] } ?? .null), asJSON: printsJSON)
    }
    return .done
  }
}
