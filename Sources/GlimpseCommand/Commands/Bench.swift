import Glimpse

/// Measures how fast a network runs here, or how fast training images are made for it.
struct Bench: Command {
  var network = NetworkChoice()
  var batch = 1
  var threads: Int?
  var precision = PrecisionChoice.auto
  var runs = 20
  var trains = false
  var inputDump: String?
  var outputDump: String?
  var timesLayers = false
  var loader = LoaderTimer()
  var data: String?
  var printsJSON = false

  static let name = "bench"
  static let summary = "Measure how fast a network runs or trains on this machine"
  static let discussion = [
    "The images are random and the same in every run. The median of all runs is what to compare; "
      + "a large distance to the fastest run means that other programs were at work.",
    "Speeds count the operations of the definition. The peak is measured in the same run; an "
      + "algorithm that needs fewer operations, as Winograd's for convolutions, may pass it.",
  ]

  static let options: [OptionGroup<Bench>] = [
    OptionGroup(
      "Network",
      [
        .model(\.network.model, unset: "that of the weights, or compact"),
        .value(
          "weights", short: "w", \.network.weights, unit: "file", unset: "fresh ones",
          help: "Weights to run"),
        .imageSize(\.network.imageSize, unset: "the network's own"),
      ]),
    OptionGroup(
      "Work",
      [
        .value(
          "batch", \.batch, .from(1, to: 1024), unit: "images",
          help: "Images that go through the network at once"),
        .threads(\.threads),
        .precision(\.precision),
        .value(
          "runs", \.runs, .from(1, to: 1_000_000), help: "Runs that are timed, after two more"),
        .flag("train", \.trains, help: "Time training steps: forward, backward, optimizer"),
      ]),
    OptionGroup(
      "Training images",
      [
        .value(
          "data", short: "d", \.data, unit: "path",
          help:
            "Time the loader instead: images of this dataset, read and augmented as train does, "
            + "in runs of an epoch or \(LoaderTimer.longestRun) images; with --train also steps "
            + "on them, and how long these wait"),
        .value(
          "workers", \.loader.workers, .from(1, to: 1024), unit: "threads",
          help: "Threads that read and augment images"),
        .value(
          "cache", \.loader.cache, .from(0, to: 1 << 24), unit: "MiB",
          help: "Memory for decoded images"),
        .value(
          "mosaic", \.loader.mosaic, .from(0, to: 1), unit: "share",
          help: "How often four images are put together"),
      ]),
    OptionGroup(
      "Output",
      [
        .json(\.printsJSON),
        .flag(
          "layers", \.timesLayers,
          help: "Time each layer, too: its speed, its share of the peak, what it moves in memory"),
        .value(
          "dump-input", \.inputDump, unit: "file",
          help: "Write what went in: little-endian f32 in the order n, c, h, w"),
        .value(
          "dump-output", \.outputDump, unit: "file",
          help: "Write what came out, one output behind the other, in the same form"),
      ]),
  ]

  static let examples = [
    Example("glimpse bench --imgsz 640", "How long one image of 640 x 640 pixels takes."),
    Example(
      "glimpse bench --model resnet18 --train --batch 8 --json",
      "How many images a second one can train on, for a script."),
    Example("glimpse bench --model unet --layers", "Where the time goes."),
    Example(
      "glimpse bench --data pets --workers 2 --batch 16",
      "How many images a second two threads prepare for training."),
  ]

  func run(on console: Console) throws -> ExitCode {
    if trains, inputDump != nil || outputDump != nil {
      throw CommandError.usage(
        "--dump-input and --dump-output are for a forward pass; leave --train out")
    }
    Interruption.observe()
    if let data { return try timeLoader(data, on: console) }
    let timer = StepTimer(
      model: try network.load(), batch: batch,
      workforce: try ComputeBackend(threads: threads, precision: precision, on: console),
      timesLayers: timesLayers)
    let measurement = try trains ? timer.timeTraining(runs: runs) : timer.timeInference(runs: runs)
    if let inputDump { try TensorFile.write([timer.images], to: inputDump) }
    if let outputDump { try TensorFile.write(measurement.outputs, to: outputDump) }
    if printsJSON {
      try console.print(json(timer, measurement).line)
    } else {
      try console.write(FactTable(rows(timer, measurement)).text)
      if let layers = measurement.layers { try console.write("\n" + layers.text) }
    }
    return .done
  }

  private func timeLoader(_ data: String, on console: Console) throws -> ExitCode {
    if timesLayers || inputDump != nil || outputDump != nil {
      throw CommandError.usage(
        "--data times the loader; leave --layers, --dump-input and --dump-output out")
    }
    let model = try network.load()
    var step: ((Batch) throws -> Void)?
    if trains {
      let timer = StepTimer(
        model: model, batch: batch,
        workforce: try ComputeBackend(threads: threads, precision: precision, on: console))
      let learner = timer.learner(model.graph)
      step = { _ = try learner.step($0) }
    }
    let speed = try loader.time(
      data, model: model.description, batch: batch, runs: runs, step: step)
    try console.write(printsJSON ? speed.json.line + "\n" : FactTable(speed.rows).text)
    return .done
  }

  private func json(_ timer: StepTimer, _ measurement: StepTimer.Measurement) -> JSONValue {
    let median = measurement.median
    return [
      "model": .string(timer.model.description.name),
      "imgsz": .integer(timer.model.description.imageSize), "batch": .integer(batch),
      "threads": .integer(timer.workforce.pool.threads),
      "precision": .string(timer.workforce.kernels.precision.rawValue),
      "kernels": .string(timer.workforce.kernels.instructionSet.rawValue),
      "train": .bool(trains), "runs": .integer(runs), "median_ms": .number(median),
      "min_ms": .number(measurement.milliseconds[0]),
      "gflop": .number(measurement.flops / 1e9),
      "gflops": .number(measurement.flops / median / 1e6),
      "peak_gflops": .number(measurement.peak / 1e9),
      "images_per_s": .number(Double(batch) * 1000 / median),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
      "layers": measurement.layers?.json ?? .null,
    ]
  }

  private func rows(
    _ timer: StepTimer, _ measurement: StepTimer.Measurement
  ) -> [FactTable.Row] {
    let model = timer.model.description
    let median = measurement.median
    return [
      .init("network", "\(model.name), \(model.imageSize) x \(model.imageSize)"),
      .init(
        "work",
        "\(trains ? "training steps" : "forward passes") of \(Sentence.count(batch, "image"))"),
      .init(
        "machine",
        "\(Sentence.count(timer.workforce.pool.threads, "thread")), \(timer.workforce.kernels.precision.rawValue), "
          + timer.workforce.kernels.instructionSet.rawValue),
      .init(
        "time",
        "\(NumberFormat.decimal(median)) ms median, "
          + "\(NumberFormat.decimal(measurement.milliseconds[0])) ms fastest of "
          + Sentence.count(runs, "run")),
      .init(
        "speed",
        "\(NumberFormat.decimal(Double(batch) * 1000 / median)) images/s, "
          + "\(NumberFormat.decimal(measurement.flops / median / 1e6)) GFLOP/s"),
      .init("peak", "\(NumberFormat.decimal(measurement.peak / 1e9)) GFLOP/s of multiply-adds"),
      .init("arithmetic", "\(NumberFormat.decimal(measurement.flops / 1e9)) GFLOP"),
      .init("memory", "\(NumberFormat.bytes(ProcessMemory.peak)) at most"),
    ]
  }
}
