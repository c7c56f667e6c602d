import Glimpse

/// Runs a network of another program on given tensors.
struct Run: Command {
  var network = ""
  var input: String?
  var output: String?
  var overwrites = false
  var threads: Int?

  static let name = "run"
  static let summary = "Run an ONNX or Darknet network on given tensors"
  static let discussion = [
    "Reads the inputs of the network from a safetensors file and writes its outputs to another one, "
      + "by the names and in the layout of the network's file. The computation is in 32-bit floats."
  ]

  static let arguments: [Positional<Run>] = [
    .one(
      "network", \.network,
      help:
        "The network: an ONNX file, a Darknet .cfg with its .weights beside it, or a file of import"
    )
  ]

  static let options: OptionGroups<Run> = [
    "Tensors": [
      .value("input", \.input, unit: "file", unset: nil, help: "The inputs: a safetensors file"),
      .value(
        "output", short: "o", \.output, unit: "file", unset: nil,
        help: "File to write"),
      .flag("overwrite", \.overwrites, help: "Replace an existing file"),
    ],
    "Network": [.threads(\.threads)],
  ]

  static let examples: KeyValuePairs = [
    "glimpse run yolox_nano.onnx --input in.safetensors --output out.safetensors":
      "Compute the outputs of a network for given inputs."
  ]

  func run(on console: Console) throws -> ExitCode {
    guard let input, let output else {
      throw CommandError.usage("run needs --input <file> and --output <file>")
    }
    try InputPath.checkReadable([network, input])
    try InputPath.checkKept([network, input], outputs: [output])
    try ResultFolder.checkNew(file: output, overwrites: overwrites)
    let backend = try ComputeBackend(
      threads: threads, precision: .f32, on: console)
    let results = try NetworkFile(path: network).run(
      StoredTensors.read(input), kernels: backend.kernels, pool: backend.pool)
    try StoredTensors.write(results, to: output)
    for (name, tensor) in results {
      let dims = tensor.dims.map(String.init).joined(separator: " x ")
      try console.print("\(Sentence.printable(name)): \(dims)")
    }
    return .done
  }
}
