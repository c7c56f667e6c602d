import Glimpse

/// Tells what the machine offers, or what a network is made of.
struct Info: Command {
  var network = NetworkChoice()
  var batch = 16
  var precision = PrecisionChoice.auto
  var printsJSON = false

  static let name = "info"
  static let summary = "Show what this machine offers, or what a network is made of"
  static let discussion = [
    "Without a network it tells the processors, kernels, limits and memory that Glimpse finds: what "
      + "to put into a report of a problem or of a speed. With --model or --weights it lists the "
      + "layers of the network with their sizes and the work that they take, and reckons the memory "
      + "for inference and for training. Training may keep 1 GiB of decoded images besides."
  ]

  static let options: [OptionGroup<Info>] = [
    OptionGroup(
      "Network",
      [
        .model(\.network.model, unset: "that of the weights"),
        .value(
          "weights", short: "w", \.network.weights, unit: "file", help: "Weights to look at"),
        .imageSize(\.network.imageSize, unset: "the network's own"),
        .value(
          "batch", \.batch, .from(1, to: 4096), unit: "images", help: "Images a training step"),
        .precision(\.precision),
      ]),
    OptionGroup("Output", [.json(\.printsJSON, help: "Print one line of JSON instead of tables")]),
  ]

  static let examples = [
    Example(
      "glimpse info", "Which kernels run, on how many processors, and how much memory there is."),
    Example("glimpse info --json", "The same for a script, with memory in bytes."),
    Example("glimpse info --model compact --imgsz 640", "Layers, parameters, work and memory."),
  ]

  func run(on console: Console) throws -> ExitCode {
    let (text, json): (String, [JSONMember])
    if network.model == nil, network.weights == nil {
      if network.imageSize != nil {
        throw CommandError.usage("--imgsz is for a network: name one with --model or --weights")
      }
      let machine = try MachineFacts.read()
      (text, json) = (FactTable(machine.rows).text, machine.json)
    } else {
      let resolved = precision.resolved(on: try InstructionSet.chosen())
      if let note = resolved.note { console.warn(note) }
      let facts = try ModelSummary(network.load(), batch: batch, precision: resolved.precision)
      (text, json) = (facts.text, facts.json)
    }
    if printsJSON {
      try console.print(JSONValue.object(json).line)
    } else {
      try console.write(text)
    }
    return .done
  }
}
