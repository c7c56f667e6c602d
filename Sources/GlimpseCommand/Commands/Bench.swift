import Glimpse

/// Measures the speed of a network, or of the loader of training images.
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
  static let summary = "Measure the speed of inference and training on this machine"
  static let discussion = [
    "The images are random and the same in every run. Compare the median of the runs; a much smaller "
      + "minimum means that other programs were running.",
    "GFLOP/s count the operations of the network's definition. The peak is measured in the same run; "
      + "an algorithm with fewer operations, such as Winograd convolution, may exceed it.",
  ]

  static let options: [OptionGroup<Bench>] = [
    OptionGroup(
      "Network",
      [
        .model(\.network.model, unset: "that of the weights, or compact"),
        .value(
          "weights", short: "w", \.network.weights, unit: "file", unset: "random ones",
          help: "Weights"),
        .imageSize(\.network.imageSize, unset: "the network's own"),
      ]),
    OptionGroup(
      "Benchmark",
      [
        .value(
          "batch", \.batch, .batch, unit: "images",
          help: "Batch size"),
        .threads(\.threads),
        .precision(\.precision),
        .value(
          "runs", \.runs, .from(1, to: 1_000_000), help: "Timed runs, after two warm-up runs"),
        .flag("train", \.trains, help: "Benchmark training steps: forward, backward, optimizer"),
      ]),
    OptionGroup(
      "Training data",
      [
        .value(
          "data", short: "d", \.data, unit: "path",
          help:
            "Benchmark the loader instead: images of this dataset, decoded and augmented as by train, "
            + "in runs of an epoch or \(LoaderTimer.longestRun) images; with --train also training "
            + "steps on them and their wait for data"),
        Option(.named("workers"), \.loader.config), Option(.named("cache"), \.loader.config),
        Option(.named("mosaic"), \.loader.config),
      ]),
    OptionGroup(
      "Output",
      [
        .json(\.printsJSON),
        .flag(
          "layers", \.timesLayers,
          help: "Benchmark each layer, too: time, fraction of the peak, memory traffic"),
        .value(
          "dump-input", \.inputDump, unit: "file",
          help: "Write the input: little-endian f32 in the order n, c, h, w"),
        .value(
          "dump-output", \.outputDump, unit: "file",
          help: "Write the outputs one after another in the same form"),
      ]),
  ]

  static let examples = [
    Example("glimpse bench --imgsz 640", "Time per image of 640 x 640 pixels."),
    Example(
      "glimpse bench --model resnet18 --train --batch 8 --json",
      "Training images per second, for a script."),
    Example("glimpse bench --model unet --layers", "Time of each layer."),
    Example(
      "glimpse bench --data pets --workers 2 --batch 16",
      "Training images per second that two threads can load."),
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
      backend: try ComputeBackend(threads: threads, precision: precision, on: console),
      timesLayers: timesLayers)
    let measurement = try trains ? timer.timeTraining(runs: runs) : timer.timeInference(runs: runs)
    if let inputDump { try TensorFile.write([timer.images], to: inputDump) }
    if let outputDump { try TensorFile.write(measurement.outputs, to: outputDump) }
    if printsJSON {
      try console.print(json(timer, measurement).line)
    } else {
      try console.write(Self.text(rows(timer, measurement)))
      if let layers = measurement.layers { try console.write("\n" + layers.table.text) }
    }
    return .done
  }

  private func timeLoader(_ data: String, on console: Console) throws -> ExitCode {
    if timesLayers || inputDump != nil || outputDump != nil {
      throw CommandError.usage(
        "--data benchmarks the loader; leave --layers, --dump-input and --dump-output out")
    }
    let model = try network.load()
    var step: ((Batch) throws -> Void)?
    if trains {
      let timer = StepTimer(
        model: model, batch: batch,
        backend: try ComputeBackend(threads: threads, precision: precision, on: console))
      let task = model.description.trainingTask()
      let training = timer.trainingStep(loss: task.loss)
      step = { _ = try training.step($0, targets: task.targets(of: $0)) }
    }
    let speed = try loader.time(
      data, model: model.description, batch: batch, runs: runs, step: step)
    try console.write(printsJSON ? speed.json.line + "\n" : Self.text(speed.rows))
    return .done
  }

  private static func text(_ rows: [(name: String, value: String)]) -> String {
    Table(facts: rows.map { ($0.name, .text($0.value)) }).text
  }

  private func json(_ timer: StepTimer, _ measurement: StepTimer.Measurement) -> JSONValue {
    let median = measurement.median
    return [
      "model": .string(timer.model.description.name),
      "imgsz": .integer(timer.model.description.imageSize), "batch": .integer(batch),
      "threads": .integer(timer.backend.pool.threads),
      "precision": .string(timer.backend.kernels.precision.rawValue),
      "kernels": .string(timer.backend.kernels.instructionSet.rawValue),
      "train": .bool(trains), "runs": .integer(runs), "median_ms": .number(median),
      "min_ms": .number(measurement.milliseconds[0]),
      "gflop": .number(measurement.flops / 1e9),
      "gflops": .number(measurement.flops / median / 1e6),
      "peak_gflops": .number(measurement.peak / 1e9),
      "images_per_s": .number(Double(batch) * 1000 / median),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
      "layers": measurement.layers?.table.json ?? .null,
    ]
  }

  private func rows(
    _ timer: StepTimer, _ measurement: StepTimer.Measurement
  ) -> [(name: String, value: String)] {
    let model = timer.model.description
    let median = measurement.median
    return [
      ("network", "\(model.name), \(model.imageSize) x \(model.imageSize)"),
      (
        "work",
        "\(trains ? "training steps" : "forward passes") of \(Sentence.count(batch, "image"))"
      ),
      (
        "machine",
        "\(Sentence.count(timer.backend.pool.threads, "thread")), \(timer.backend.kernels.precision.rawValue), "
          + timer.backend.kernels.instructionSet.rawValue
      ),
      (
        "time",
        "\(NumberFormat.decimal(median)) ms median, "
          + "\(NumberFormat.decimal(measurement.milliseconds[0])) ms fastest of "
          + Sentence.count(runs, "run")
      ),
      (
        "speed",
        "\(NumberFormat.decimal(Double(batch) * 1000 / median)) images/s, "
          + "\(NumberFormat.decimal(measurement.flops / median / 1e6)) GFLOP/s"
      ),
      ("peak", "\(NumberFormat.decimal(measurement.peak / 1e9)) GFLOP/s of multiply-adds"),
      ("FLOPs", "\(NumberFormat.decimal(measurement.flops / 1e9)) GFLOP"),
      ("memory", "\(NumberFormat.bytes(ProcessMemory.peak)) at most"),
    ]
  }
}
