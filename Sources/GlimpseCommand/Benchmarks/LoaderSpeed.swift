import Glimpse

/// The measured speed of the loader (reading, decoding, augmentation, batches), and the time that
/// training steps waited for it.
struct LoaderSpeed: Sendable {
  /// One timed run of consecutive batches.
  struct Run: Sendable {
    var images = 0
    var seconds = 0.0
    /// The part of `seconds` spent waiting for a batch.
    var waited = 0.0
    var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
    var dataWaitFraction: Double { waited / max(seconds, 1e-9) }
  }

  /// The maximum number of images per run.
  static let longestRun = 1024

  /// The default settings of the measured loader: those of a training, with one worker.
  static var settings: TrainingConfig {
    var config = TrainingConfig()
    config.workers = 1
    return config
  }

  private let config: TrainingConfig
  /// The number of images of the dataset.
  private let images: Int
  private let batch: Int
  /// Whether training steps ran on the batches.
  private let trains: Bool
  /// In order; the first run decodes every image, later ones read from the cache.
  private var runs: [Run] = []
  /// Images that cannot be decoded.
  private var unreadable: Set<DatasetIssue> = []

  /// Times batches that are loaded as by `train`.
  ///
  /// - Parameters:
  ///   - config: The training settings; the input size is the model's.
  ///   - step: A training step on a batch; its time is not counted as waiting.
  /// - Throws: `DatasetsError` for a dataset that cannot be used.
  init(
    _ config: TrainingConfig, model: ModelDescription, batch: Int, runs: Int,
    step: ((Batch) throws -> Void)?
  ) throws {
    var config = config
    config.imgsz = model.imageSize
    let dataset = try Dataset.open(path: config.data, split: "train")
    guard step == nil || dataset.classNames.count <= model.classNames.count else {
      throw CommandError.usage(
        "\(Sentence.quoted(config.data)) has \(dataset.classNames.count) classes and the network "
          + "\(model.classNames.count); give --weights of a network that was trained on it")
    }
    let plan = BatchPlan(size: config.imgsz, augmentation: config.augmentation)
    let loader = Loader(
      samples: dataset.samples, config: Self.loaderConfig(for: model, batch: batch, config)
    ) { _ in plan }
    let batches = max(1, min(loader.batchesPerEpoch, Self.longestRun / batch))
    (self.config, self.batch, trains) = (config, batch, step != nil)
    images = dataset.samples.count
    for _ in 0..<runs {
      var run = Run()
      let start = monotonicSeconds()
      for _ in 0..<batches {
        let asked = monotonicSeconds()
        guard let batch = try loader.next() else { break }
        run.waited += monotonicSeconds() - asked
        run.images += batch.images.count
        unreadable.formUnion(batch.issues)
        try step?(batch)
      }
      run.seconds = monotonicSeconds() - start
      self.runs.append(run)
    }
  }

  /// The loader settings for training the model, with the model's normalization.
  static func loaderConfig(
    for model: ModelDescription, batch: Int, _ config: TrainingConfig
  ) -> LoaderConfig {
    model.trainingTask().loaderConfig(
      config.loaderConfig(
        batchSize: batch, normalization: Normalization(model.preprocessing)))
  }

  /// The median of all runs but the first, which is reported separately; that of the first if it is
  /// the only one.
  private func median(_ number: (Run) -> Double) -> Double {
    Statistics.median((runs.count > 1 ? runs.dropFirst() : runs[...]).map(number))
  }

  var json: JSONValue {
    [
      "data": .string(config.data), "images": .integer(images), "imgsz": config.imgsz.json,
      "batch": .integer(batch), "workers": .integer(config.workers ?? 0),
      "cache_mb": .integer(config.cache), "mosaic": .number(config.augmentation.mosaic),
      "train": .bool(trains), "runs": .integer(runs.count),
      "images_per_s": .number(median(\.imagesPerSecond)),
      "first_images_per_s": .number(runs[0].imagesPerSecond),
      "data_wait": trains ? .number(median(\.dataWaitFraction)) : .null,
      "unreadable": .integer(unreadable.count),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
    ]
  }

  var table: Table {
    let work = "batches of \(Sentence.count(batch, "image"))"
    let threads = Sentence.count(config.workers ?? 0, "thread")
    let (size, mosaic) = (config.imgsz, config.augmentation.mosaic)
    var table = Table(facts: [
      "data": "\(config.data), \(Sentence.count(images, "image"))",
      "work": "\(trains ? "training on " : "")\(work), \(size.largest), mosaic \(mosaic)",
      "loader": "\(threads), \(config.cache) MiB for decoded images",
      "first run": "\(NumberFormat.decimal(runs[0].imagesPerSecond)) images/s",
      "speed": "\(NumberFormat.decimal(median(\.imagesPerSecond))) images/s",
    ])
    if trains {
      let percent = NumberFormat.decimal(median(\.dataWaitFraction) * 100)
      table.add(["data wait", "\(percent) % of the time"])
    }
    table.add(["memory", "\(NumberFormat.bytes(ProcessMemory.peak)) at most"])
    if !unreadable.isEmpty {
      table.add(["unreadable", .text(Sentence.count(unreadable.count, "image"))])
    }
    return table
  }
}
