import Glimpse

/// Measures how fast training images are made: read, decoded, augmented, put into batches.
struct LoaderTimer: Sendable {
  /// Threads that read and augment.
  var workers = 1
  /// Memory for decoded images, in MiB.
  var cache = TrainingConfig().cache
  /// How often several images are put together.
  var mosaic = TrainingConfig().mosaic

  /// Images of a run, where an epoch has more.
  static let longestRun = 1024

  /// Times runs of the images that `train` would make with its other defaults.
  ///
  /// - Parameter step: what uses a batch; its time is told apart from that of waiting for batches.
  /// - Throws: `DatasetsError` for a dataset that cannot be used.
  func time(
    _ data: String, model: ModelDescription, batch: Int, runs: Int,
    step: ((Batch) throws -> Void)? = nil
  ) throws -> LoaderSpeed {
    var config = TrainingConfig(data: data)
    config.imgsz = model.imageSize
    config.mosaic = mosaic
    let dataset = try Dataset.open(path: data, split: "train")
    guard step == nil || dataset.classNames.count <= model.classNames.count else {
      throw CommandError.usage(
        "\(Sentence.quoted(data)) has \(dataset.classNames.count) classes and the network "
          + "\(model.classNames.count); give --weights of a network that was trained on it")
    }
    let plan = BatchPlan(
      width: config.imgsz, height: config.imgsz, augmentation: config.augmentation)
    let loader = Loader(
      samples: dataset.samples,
      config: loaderConfig(for: model, batch: batch, config)
    ) { _ in plan }
    let batches = max(1, min(loader.batchesPerEpoch, Self.longestRun / batch))
    var measured: [LoaderSpeed.Run] = []
    var unreadable: Set<DatasetIssue> = []
    for _ in 0..<runs {
      var run = LoaderSpeed.Run()
      let start = monotonicSeconds()
      for _ in 0..<batches {
        try Interruption.check("the measurement is not complete")
        let asked = monotonicSeconds()
        guard let batch = try loader.next() else { break }
        run.waited += monotonicSeconds() - asked
        run.images += batch.images.count
        unreadable.formUnion(batch.issues)
        try step?(batch)
      }
      run.seconds = monotonicSeconds() - start
      measured.append(run)
    }
    return LoaderSpeed(
      timer: self, data: data, images: dataset.samples.count, imageSize: config.imgsz,
      batch: batch, trains: step != nil, runs: measured, unreadable: unreadable.count)
  }

  /// The loader of a training of the model, with its own normalization.
  func loaderConfig(
    for model: ModelDescription, batch: Int, _ config: TrainingConfig
  ) -> LoaderConfig {
    LoaderConfig(
      batchSize: batch, seed: config.seed, workers: workers,
      normalization: Normalization(model.preprocessing), imageSide: config.imageSide,
      cacheLimit: cache << 20)
  }
}
