import Foundation
import Glimpse

/// Imports a network of another program.
struct Import: Command {
  var network = ""
  var imports = ImportChoice()
  var output: String?
  var image: String?
  var threads: Int?
  var overwrites = false

  static let name = "import"
  static let summary = "Import an ONNX or Darknet network, with its recipe, into one file"
  static let discussion = [
    "Writes a safetensors file that detect, segment, classify, evaluate, bench and run take as --weights: "
      + "the network's files as they are, what its outputs mean, and the names of its classes.",
    "With --check, the network runs on an image twice: as the file has it, with scalar arithmetic, and "
      + "rewritten, with the kernels of this machine; the largest difference of each output is printed.",
  ]

  static let arguments: [Positional<Import>] = [
    .one(
      "network", \.network,
      help: "The network: an ONNX file, or a Darknet .cfg with its .weights beside it")
  ]

  static let options: OptionGroups<Import> = [
    "Network": Option.imports(\.imports) + [.threads(\.threads)],
    "Output": [
      .value(
        "output", short: "o", \.output, unit: "file", unset: "none",
        help: "File to write, which ends in .safetensors"),
      .value(
        "check", \.image, unit: "image", unset: "none", help: "Compare the outputs on an image"),
      .flag("overwrite", \.overwrites, help: "Replace an existing file"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse import yolox_nano.onnx -o yolox.safetensors":
      "One file for all commands.",
    "glimpse import net.onnx --recipe yolox-old --names classes.txt -o net.safetensors":
      "A recipe that the outputs do not show, and classes of its own.",
    "glimpse import yolox_nano.onnx --check photo.jpg": "How exactly does it run here?",
  ]

  func check(given names: Set<String>) throws(CommandError) {
    guard output != nil || image != nil else {
      throw .usage("import needs --output <file>, --check <image>, or both")
    }
    if let output, FilePath.ending(output) != "safetensors" {
      throw .usage(
        "--output takes a file that ends in .safetensors, not \(Sentence.quoted(output))")
    }
  }

  func run(on console: Console) throws -> ExitCode {
    try InputPath.checkReadable([network] + [image].compactMap(\.self))
    try InputPath.checkKept([network] + [image].compactMap(\.self), outputs: [output])
    if let output { try ResultFolder.checkNew(file: output, overwrites: overwrites) }
    guard let model = try imports.model(network), let recipe = model.imported?.recipe else {
      throw CommandError.usage(
        "\(Sentence.printable(network)): import takes an .onnx or .cfg network")
    }
    let file = try NetworkFile(path: network)
    for warning in file.warnings { console.warn(Sentence.printable(warning)) }
    if let image { try compare(model, on: image, console) }
    if let output {
      try file.write(recipe, to: output)
      try console.print(
        "\(Sentence.printable(output)): \(Sentence.printable(model.description.name)), recipe "
          + "\(recipe.name), "
          + Sentence.count(recipe.classNames.count, "class", plural: "classes"))
    }
    return .done
  }

  /// Three digits.
  static func short(_ value: Float) -> String { String(format: "%.3g", Double(value)) }

  private func compare(_ model: Model, on path: String, _ console: Console) throws {
    let backend = try ComputeBackend(threads: threads, precision: .f32, on: console)
    let differences = try RewriteCheck.differences(
      model, on: ImageFile.read(path).image, kernels: backend.kernels, pool: backend.pool)
    var table = Table([
      .words("output"), .words("shape"), .numbers("largest difference"),
      .numbers("largest magnitude"),
    ])
    for item in differences {
      table.add([
        .text(Sentence.printable(item.name)), .extents(item.dims),
        .text(Self.short(item.largest)), .text(Self.short(item.magnitude)),
      ])
    }
    try console.write(table.text)
  }
}
