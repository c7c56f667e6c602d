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

  static let options: [OptionGroup<Info>] = [
    OptionGroup(
      "Model",
      [
        .model(\.network.model, unset: "that of the weights"),
        .value(
          "weights", short: "w", \.network.weights, unit: "file", help: "Weights to describe"),
        .imageSize(\.network.imageSize, unset: "the network's own"),
        .value(
          "batch", \.batch, .batch, unit: "images",
          help: "Batch size of the training memory estimate"),
        .precision(\.precision),
      ]),
    OptionGroup("Output", [.json(\.printsJSON, help: "Print one line of JSON instead of tables")]),
  ]

  static let examples = [
    Example(
      "glimpse info", "Kernels, processors and memory of this machine."),
    Example("glimpse info --json", "The same as JSON, memory in bytes."),
    Example(
      "glimpse info --model compact --imgsz 640",
      "Layers, parameters, FLOPs and memory at 640 x 640 pixels."),
  ]

  func run(on console: Console) throws -> ExitCode {
    let (text, json): (String, JSONValue)
    if network.model == nil, network.weights == nil {
      if network.imageSize != nil {
        throw CommandError.usage("--imgsz needs --model or --weights")
      }
      let machine = try MachineFacts.read()
      (text, json) = (machine.table.text, .object(machine.table.factMembers))
    } else {
      let resolved = precision.resolved(on: try InstructionSet.chosen())
      if let note = resolved.note { console.warn(note) }
      let facts = try ModelSummary(network.load(), batch: batch, precision: resolved.precision)
      (text, json) = (facts.text, .object(facts.json))
    }
    if printsJSON {
      try console.print(json.line)
    } else {
      try console.write(text)
    }
    return .done
  }
}
