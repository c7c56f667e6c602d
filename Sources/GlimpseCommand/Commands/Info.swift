import Glimpse

/// Describes this machine or a model.
struct Info: Command {
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
      + "images (--cache of train)."
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
    ],
    "Output": [.json(\.printsJSON, help: "Print one line of JSON instead of tables")],
  ]

  static let examples: KeyValuePairs = [
    "glimpse info": "Kernels, processors and memory of this machine.",
    "glimpse info --json": "The same as JSON, memory in bytes.",
    "glimpse info --model compact --imgsz 640":
      "Layers, parameters, FLOPs and memory at 640 x 640 pixels.",
  ]

  func run(on console: Console) throws -> ExitCode {
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
      try console.write(summary.text, json: summary.json, asJSON: printsJSON)
    }
    return .done
  }
}
