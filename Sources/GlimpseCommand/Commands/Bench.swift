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
  var loader = LoaderSpeed.settings
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

  static let options: OptionGroups<Bench> = [
    "Network": [
      .model(\.network.model, unset: "that of the weights, or compact"),
      .weights(\.network.weights, unset: "builtin if they are of the model, else none"),
      .imageSize(
        \.network.imageSize, unset: "the network's own",
        help: "Input size: the side of a square, or HxW"),
    ] + Option.imports(\.network.imports),
    "Benchmark": [
      .batch(\.batch, help: "Batch size"),
      .threads(\.threads),
      .precision(\.precision),
      .value("runs", \.runs, .from(1, to: 1_000_000), help: "Timed runs, after two warm-up runs"),
      .flag("train", \.trains, help: "Benchmark training steps: forward, backward, optimizer"),
    ],
    "Training data": [
      .value(
        "data", short: "d", \.data, unit: "path",
        help:
          "Benchmark the loader instead: images of this dataset, decoded and augmented as by train, "
          + "in runs of an epoch or \(LoaderSpeed.longestRun) images; with --train also training "
          + "steps on them and their wait for data"),
      Option(.named("workers"), \.loader), Option(.named("cache"), \.loader),
      Option(.named("mosaic"), \.loader),
    ],
    "Output": [
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
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse bench --imgsz 640": "Time per image of 640 x 640 pixels.",
    "glimpse bench --model resnet18 --train --batch 8 --json":
      "Training images per second, for a script.",
    "glimpse bench --model unet --layers": "Time of each layer.",
    "glimpse bench --data pets --workers 2 --batch 16":
      "Training images per second that two threads can load.",
  ]

  func run(on console: Console) throws -> ExitCode {
    if trains, inputDump != nil || outputDump != nil {
      throw CommandError.usage(
        "--dump-input and --dump-output are for a forward pass; leave --train out")
    }
    for path in [inputDump, outputDump] { try ResultFolder.check(file: path) }
    try InputPath.checkKept(
      [network.weights?.path].compactMap(\.self), outputs: [inputDump, outputDump])
    if let data { return try timeLoader(data, on: console) }
    let model = try network.load(on: console)
    guard model.imported == nil || batch == 1 && !trains else {
      throw CommandError.usage(
        "a network of another program takes one image at a time and is not trained; leave "
          + "--\(trains ? "train" : "batch") out")
    }
    let timer = try timer(model, on: console)
    let measurement =
      try trains
      ? timer.timeTraining(model, runs: runs) : timer.timeInference(consume model, runs: runs)
    try write([timer.images], to: inputDump)
    try write(measurement.outputs, to: outputDump)
    let layers = measurement.layers.map { "\n" + $0.text } ?? ""
    try console.write(
      facts(timer, measurement).text + layers, json: json(timer, measurement), asJSON: printsJSON)
    return .done
  }

  /// Writes all values as little-endian 32-bit floats, channels before rows (n, c, h, w), one
  /// tensor after the other, for other programs to compare with.
  private func write(_ tensors: [Tensor], to path: String?) throws(FileError) {
    guard let path else { return }
    var bytes: [UInt8] = []
    for value in tensors.lazy.flatMap(\.channelsFirst) {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    try AtomicFile.write(bytes, to: path)
  }

  private func timer(
    _ model: Model, on console: Console
  ) throws -> StepTimer {
    StepTimer(
      description: model.description, batch: batch,
      backend: try ComputeBackend(threads: threads, precision: precision.of([model]), on: console),
      timesLayers: timesLayers)
  }

  private func timeLoader(_ data: String, on console: Console) throws -> ExitCode {
    if timesLayers || inputDump != nil || outputDump != nil {
      throw CommandError.usage(
        "--data benchmarks the loader; leave --layers, --dump-input and --dump-output out")
    }
    let model = try network.load(on: console)
    var step: ((Batch) throws -> Void)?
    if trains {
      let task = model.description.trainingTask()
      let training = try timer(model, on: console)
        .trainingStep(model, loss: task.loss)
      step = { _ = try training.step([($0, task.targets(of: $0))]) }
    }
    var config = loader
    config.data = data
    let speed = try LoaderSpeed(
      config, model: model.description, batch: batch, runs: runs, step: step)
    try console.write(speed.table.text, json: speed.json, asJSON: printsJSON)
    return .done
  }

  private func json(_ timer: StepTimer, _ measurement: StepTimer.Measurement) -> JSONValue {
    let (model, kernels) = (timer.description, timer.backend.kernels)
    let median = measurement.median
    return [
      "model": .string(model.name), "imgsz": model.imageSize.json, "batch": .integer(batch),
      "threads": .integer(timer.backend.pool.threads),
      "precision": .string(kernels.precision.rawValue),
      "kernels": .string(kernels.instructionSet.rawValue), "train": .bool(trains),
      "runs": .integer(runs), "median_ms": .number(median),
      "min_ms": .number(measurement.milliseconds[0]), "gflop": .number(measurement.flops / 1e9),
      "gflops": .number(measurement.flops / median / 1e6),
      "peak_gflops": .number(measurement.peak / 1e9),
      "images_per_s": .number(Double(batch) * 1000 / median),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
      "layers": measurement.layers?.json ?? .null,
    ]
  }

  private func facts(_ timer: StepTimer, _ measurement: StepTimer.Measurement) -> Table {
    let (model, kernels) = (timer.description, timer.backend.kernels)
    let (median, flops) = (measurement.median, measurement.flops)
    let threads = Sentence.count(timer.backend.pool.threads, "thread")
    let middle = NumberFormat.decimal(median)
    let fastest = NumberFormat.decimal(measurement.milliseconds[0])
    let rate = NumberFormat.decimal(Double(batch) * 1000 / median)
    let speed = NumberFormat.decimal(flops / median / 1e6)
    return Table(facts: [
      "network": "\(model.name), \(model.imageSize.largest)",
      "work":
        "\(trains ? "training steps" : "forward passes") of \(Sentence.count(batch, "image"))",
      "machine": "\(threads), \(kernels.precision.rawValue), \(kernels.instructionSet.rawValue)",
      "time": "\(middle) ms median, \(fastest) ms fastest of \(Sentence.count(runs, "run"))",
      "speed": "\(rate) images/s, \(speed) GFLOP/s",
      "peak": "\(NumberFormat.decimal(measurement.peak / 1e9)) GFLOP/s of multiply-adds",
      "FLOPs": "\(NumberFormat.decimal(flops / 1e9)) GFLOP",
      "memory": "\(NumberFormat.bytes(ProcessMemory.peak)) at most",
    ])
  }
}
