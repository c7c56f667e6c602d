import Glimpse

/// Measures how fast training pictures are made: read, decoded, augmented, put into batches.
struct LoaderTimer: Sendable {
  /// Threads that read and augment.
  var workers = 1
  /// Memory for decoded pictures, in MiB.
  var cache = 1024
  /// How often four pictures are put together.
  var mosaic = TrainingConfig().mosaic

  /// Pictures of a run, where an epoch has more.
  static let longestRun = 1024

  /// Times runs of the pictures that `train` would make with its other defaults.
  ///
  /// - Throws: `DatasetsError` for a data set that cannot be used.
  func time(_ data: String, model: NetworkModel, batch: Int, runs: Int) throws -> LoaderSpeed {
    var config = TrainingConfig(data: data)
    config.imgsz = model.imageSize
    config.mosaic = mosaic
    let dataset = try Dataset.open(path: data, split: "train")
    let plan = BatchPlan(
      width: config.imgsz, height: config.imgsz, augmentation: config.augmentation)
    let loader = Loader(
      samples: dataset.samples,
      config: LoaderConfig(
        batchSize: batch, seed: config.seed, workers: workers,
        normalization: model.architecture.normalization, pictureSide: config.pictureSide,
        cacheLimit: cache << 20)
    ) { _ in plan }
    let batches = max(1, min(loader.batchesPerEpoch, Self.longestRun / batch))
    var speeds: [Double] = []
    for _ in 0..<runs {
      try Interruption.check("the measurement is not complete")
      let start = monotonicSeconds()
      var pictures = 0
      for _ in 0..<batches { pictures += try loader.next()?.images.shape.n ?? 0 }
      speeds.append(Double(pictures) / (monotonicSeconds() - start))
    }
    return LoaderSpeed(
      timer: self, data: data, pictures: dataset.samples.count, imageSize: config.imgsz,
      batch: batch, imagesPerSecond: speeds, unreadable: loader.problems.count)
  }
}

/// How fast training pictures were made.
struct LoaderSpeed: Sendable {
  let timer: LoaderTimer
  let data: String
  /// Pictures of the data set.
  let pictures: Int
  let imageSize: Int
  let batch: Int
  /// Of each run, in order: the first decodes every picture that it meets.
  let imagesPerSecond: [Double]
  /// Pictures that cannot be decoded.
  let unreadable: Int

  /// The middle of all runs but the first, which stands for itself; of the first if there is one only.
  var median: Double {
    let later = (imagesPerSecond.count > 1 ? Array(imagesPerSecond.dropFirst()) : imagesPerSecond)
      .sorted()
    return (later[(later.count - 1) / 2] + later[later.count / 2]) / 2
  }

  var json: JSONValue {
    [
      "data": .string(data), "pictures": .integer(pictures), "imgsz": .integer(imageSize),
      "batch": .integer(batch), "workers": .integer(timer.workers),
      "cache_mb": .integer(timer.cache), "mosaic": .number(timer.mosaic),
      "runs": .integer(imagesPerSecond.count), "images_per_s": .number(median),
      "first_images_per_s": .number(imagesPerSecond[0]), "unreadable": .integer(unreadable),
      "peak_rss_mb": .number(Double(ProcessMemory.peak) / 1_048_576),
    ]
  }

  var rows: [FactTable.Row] {
    [
      .init("data", "\(Sentence.printable(data)), \(Sentence.count(pictures, "picture"))"),
      .init(
        "work",
        "batches of \(Sentence.count(batch, "picture")), \(imageSize) x \(imageSize), "
          + "mosaic \(timer.mosaic)"),
      .init(
        "machine",
        "\(Sentence.count(timer.workers, "worker")), \(timer.cache) MiB for decoded pictures"),
      .init("first run", "\(HumanFormat.decimal(imagesPerSecond[0])) images/s"),
      .init("speed", "\(HumanFormat.decimal(median)) images/s"),
      .init("memory", "\(HumanFormat.bytes(ProcessMemory.peak)) at most"),
    ] + (unreadable > 0 ? [.init("unreadable", Sentence.count(unreadable, "picture"))] : [])
  }
}
