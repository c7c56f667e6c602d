import Glimpse

/// Measures the speed of the loader: reading, decoding, augmentation, batches.
struct LoaderTimer: Sendable {
  /// The settings of the training whose loader is measured; one worker, if not set otherwise.
  var config: TrainingConfig

  init() {
    config = TrainingConfig()
    config.workers = 1
  }

  /// The most images of a run.
  static let longestRun = 1024

  /// Times runs of batches as `train` makes them.
  ///
  /// - Parameter step: A training step on a batch; its time is not counted as waiting.
  /// - Throws: `DatasetsError` for a dataset that cannot be used.
  func time(
    _ data: String, model: ModelDescription, batch: Int, runs: Int,
    step: ((Batch) throws -> Void)? = nil
  ) throws -> LoaderSpeed {
    var config = config
    config.data = data
    config.imgsz = model.imageSize
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
      config: config, images: dataset.samples.count, imageSize: config.imgsz,
      batch: batch, trains: step != nil, runs: measured, unreadable: unreadable.count)
  }

  /// The loader of a training of the model, with its own normalization.
  func loaderConfig(
    for model: ModelDescription, batch: Int, _ config: TrainingConfig
  ) -> LoaderConfig {
    model.trainingTask().loaderConfig(
      config.loaderConfig(
        batchSize: batch, normalization: Normalization(model.preprocessing)))
  }
}
