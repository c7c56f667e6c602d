import Glimpse

/// Classifies images by a network of another program.
struct Classify: Command {
  var run = RunOptions()
  var weights: WeightsSource?
  var imports = ImportChoice()
  var count = 5
  var threads: Int?
  var precision = PrecisionChoice.auto
  var isStrict = false
  var maximumPixels = DecodePolicy().maximumPixels
  var printsJSON = false

  static let name = "classify"
  static let summary = "Classify images by a network of another program"
  static let discussion = [
    "Prints one line per image with its most probable classes. With --output, rows.jsonl in the folder "
      + "has one row of JSON per image, and a run into a folder with results of the same inputs and "
      + "options goes on where it ended. Glimpse has no classifiers of its own: --weights names an ONNX "
      + "or Darknet network."
  ]

  static let arguments: [Positional<Classify>] = [
    .paths(\.run.inputs)
  ]

  static let options: OptionGroups<Classify> = [
    "Classification": [
      .value(
        "top", short: "k", \.count, .from(1, to: 100_000), unit: "classes",
        help: "Classes per image, the most probable first")
    ],
    "Network": [
      .weights(
        \.weights, unset: nil, help: "Network: an .onnx or .cfg file, or one that import wrote"),
      .threads(\.threads),
      .precision(\.precision),
    ] + Option.imports(\.imports),
    "Input": RunOptions.inputOptions(\.run.stream, column: \.run.column),
    "Output": [
      .value(
        "output", short: "o", \.run.output, unit: "folder", unset: "none",
        help: "Folder for the rows"),
      .flag("overwrite", \.run.overwrites, help: "Write into a folder that is not empty"),
      .json(\.printsJSON, help: "Print one line of JSON per image: classes with their scores"),
      .flag("quiet", short: "q", \.run.isQuiet, help: "Print no line per image"),
    ],
    "Large runs": RunOptions.batchOptions(
      shard: \.run.shard, onError: \.run.onError, maximumFailures: \.run.maximumFailures),
    "Decoding": RunOptions.decodingOptions(
      isStrict: \.isStrict, maximumPixels: \.maximumPixels),
  ]

  static let examples: KeyValuePairs = [
    "glimpse classify photos --weights mobilenet.onnx --names imagenet.txt":
      "The five most probable classes of each image of a folder.",
    "glimpse classify digits --weights mnist.onnx --top 1 --json > digits.jsonl":
      "A line of JSON for each image.",
  ]

  func check(given names: Set<String>) throws(CommandError) {
    try run.check(Self.name)
    guard case .file? = weights else {
      throw .usage("classify needs --weights <file>: an .onnx or .cfg network")
    }
  }

  func run(on console: Console) throws -> ExitCode {
    guard let weights else { return .usage }
    let shard = try run.chosenShard()
    var source = run.foundImages(on: console)
    if source.isEmpty { return .fatal }
    let model = try weights.load(model: .compact, imports)
    guard model.imported != nil else {
      throw CommandError.usage(
        "\(Sentence.printable(weights.name)): these weights are of \(model.description.name), which is no "
          + "classifier; give an .onnx or .cfg network")
    }
    try model.check(.classification, of: weights)
    let backend = try ComputeBackend(
      threads: threads, precision: precision.of([model]), on: console)
    let classifiers = backend.divided(among: source.knownCount, batch: 1).map {
      Classifier(model, count: count, pool: $0, kernels: backend.kernels)
    }
    let facts = try ModelFacts(model, weights, backend.kernels)
    let folder = try run.makeFolder(for: Self.name, writesFiles: false)
    defer { folder?.removeIfUnused() }
    let results = try folder.map {
      try ResultRun(
        in: $0.path, of: Self.name, run, shard: shard, facts: facts, options: resultOptions,
        name: nil)
    }
    if let code = results?.resume(on: console) { return code }
    let done = results?.parts.done ?? 0
    source.isCancelled = { Interruption.isRequested }
    var inputs = RunInputs(source, shard: shard, done: done, name: nil)
    let classNames = model.description.classNames
    let reporter = ClassificationReporter(
      classNames: classNames,
      imageCount: (results?.inputCount ?? source.knownCount).map { $0 - done }, run,
      printsLines: !printsJSON && !run.isQuiet, on: console)
    var sinks: [any Sink<Classification>] = []
    if let results {
      sinks.append(
        RowSink<Classification>(classNames: classNames, facts.rows, into: results.parts))
    }
    if printsJSON {
      sinks.append(
        JSONLinesSink<Classification>(classNames: classNames, facts.rows) {
          try console.print($0.joined(separator: "\n"))
        })
    }
    let pipeline = InferencePipeline(
      classifiers,
      policy: classifiers[0].policy(strict: isStrict, maximumPixels: maximumPixels), batch: 1)
    let summary = try Interruption.whileFinishing {
      try pipeline.run(&inputs, into: sinks + [reporter], until: { Interruption.isRequested })
    }
    try RunOptions.checkInterruption(
      summary, after: done, of: results?.inputCount ?? source.knownCount, resumes: folder != nil)
    try results?.finish()
    return reporter.finish(
      folder: folder?.path, problems: inputs.problems,
      earlierFailures: results?.parts.failureCount ?? 0)
  }

  /// The options that rows depend on.
  private var resultOptions: [String: String] {
    var options = ["top": "\(count)"]
    if isStrict { options["strict"] = "on" }
    if let recipe = imports.recipe { options["recipe"] = recipe.name }
    if let names = imports.names { options["names"] = names }
    if maximumPixels != DecodePolicy().maximumPixels { options["max-pixels"] = "\(maximumPixels)" }
    return options
  }
}

/// Prints the results of `classify`: one line per image, failures immediately and again at the end.
final class ClassificationReporter: Sink {
  typealias Prediction = Classification
  private let classNames: [String]
  /// False if another sink prints the results.
  private let printsLines: Bool
  private let console: Console
  private var progress: ProgressReporter
  private var totals: ImageTotals

  init(
    classNames: [String], imageCount: Int?, _ run: RunOptions, printsLines: Bool,
    on console: Console
  ) {
    totals = ImageTotals(run, on: console)
    self.classNames = classNames
    self.printsLines = printsLines
    self.console = console
    progress = ProgressReporter("Classifying", total: imageCount, on: console)
  }

  func consume(_ results: inout [ImageResult<Classification>]) throws {
    for result in results {
      totals.add(result.path, warnings: result.warnings, failure: result.failure)
      if printsLines, let prediction = result.prediction {
        try console.print(line(result, prediction))
      }
      progress.advance()
    }
    try totals.check()
  }

  /// Prints the totals and lists the failures; parameters as of ``ImageTotals``.
  func finish(
    folder: String?, problems: [InferenceError], earlierFailures: Int
  ) -> ExitCode {
    progress.finish()
    return totals.finish(
      found: Sentence.count(classNames.count, "class", plural: "classes"),
      places: folder.map { "; results are in \(Sentence.printable($0))" } ?? "",
      problems: problems, earlierFailures: earlierFailures)
  }

  /// "cat.jpg 451x300: tabby 0.87, lynx 0.05 (9.8 ms)".
  private func line(
    _ result: ImageResult<Classification>, _ prediction: Classification
  ) -> String {
    let parts = prediction.classes.map {
      "\(Sentence.printable(classNames[$0.classIndex])) \(NumberFormat.fixed(Double($0.score), 2))"
    }
    let size = result.size.map { " \($0.width)x\($0.height)" } ?? ""
    return "\(Sentence.printable(result.path))\(size): \(parts.joined(separator: ", "))"
      + " (\(NumberFormat.decimal(result.milliseconds)) ms)"
  }
}
