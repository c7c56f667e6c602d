import Basics
import Datasets
import Engine
import Evaluation
import Imaging
import Inference
import Loading
import Networks

/// Training of segmentation networks on label maps.
package struct SegmentationTask: TrainingTask {
  private let model: ModelDescription
  private let weightMap: WeightMap
  private let isStrict: Bool
  package let loss: any Loss
  package let metricNames = ["dice", "miou", "pixel_accuracy", "object_f1_50"]
  package let selection = SelectionMetric(name: "dice")

  package init(_ model: ModelDescription, _ config: TrainingConfig) {
    guard case .segmentation(let head) = model.head else {
      preconditionFailure("\(model.name) is not a segmentation model")
    }
    self.model = model
    weightMap = config.weightMap
    isStrict = config.strict
    var loss = SegmentationLoss(
      head: head, classCount: model.classNames.count, mix: config.segmentationLoss)
    loss.classWeights = config.classWeights?.values
    self.loss = loss
  }

  package static func check(_ dataset: Dataset) throws {
    let isLabeled = dataset.samples.contains { sample in
      sample.maskPath != nil || sample.annotations.contains { $0.segmentation != nil }
    }
    guard isLabeled else {
      let advice =
        dataset.annotationCount > 0 ? "; boxes alone are no masks, choose a detector" : ""
      throw DatasetsError(
        "\(dataset.path): there is nothing to train on, because no image of the split "
          + "\"\(dataset.split)\" has a mask or polygons\(advice)")
    }
    guard dataset.classNames.count <= ClassMasks.maximumClasses else {
      throw DatasetsError(
        "\(dataset.path): masks hold at most \(ClassMasks.maximumClasses) classes, and there are "
          + "\(dataset.classNames.count); choose some with --classes")
    }
  }

  package func loaderConfig(_ base: LoaderConfig) -> LoaderConfig {
    var config = base
    config.maskClasses = model.classNames.count
    config.weightMap = weightMap
    return config
  }

  package func targets(of batch: Batch) -> Targets {
    guard let maps = batch.masks else { preconditionFailure("a batch without label maps") }
    return .labelMaps(maps, weights: batch.pixelWeights?.values)
  }

  /// Horizontal stripes of random classes, background among them.
  package func syntheticTargets(count: Int, seed: UInt64) -> Targets {
    var generator = SeededGenerator(seed: seed, 1)
    let (input, stripes) = (model.imageSize.largest, 8)
    return .labelMaps(
      ClassMasks(
        (0..<count).map { _ in
          var image = Image(width: input.width, height: input.height, format: .gray8)
          for stripe in 0..<stripes {
            let label = UInt8(generator.next() % UInt64(min(model.classNames.count, 253) + 1))
            let rows = stripe * input.height / stripes..<(stripe + 1) * input.height / stripes
            for place in rows.lowerBound * input.width..<rows.upperBound * input.width {
              image.bytes[place] = label
            }
          }
          return image
        }))
  }

  /// Segments all images at their own scale; those that cannot be decoded count as background, and not
  /// in the loss. The loss is the mean over windows, weighted by their labeled pixels.
  package func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult? {
    let sink = SegmentationSink(
      data, options: SegmentationMetricOptions(measuresBoundaries: false), tasks: pool)
    let segmenter = Segmenter(model, pool: pool, kernels: kernels)
    var losses = MeanLosses()
    var mask: Image?
    segmenter.onOutputs = { outputs, windows in
      guard let mask else { return }
      let targets = Targets.labelMaps(ClassMasks(windows.map(mask.labels)))
      let terms = loss.value(outputs: [outputs[0]], targets: targets, pool: pool)
      losses.add(terms, weight: terms.sampleCount)
    }
    let isComplete = try fill(
      sink, segmenter, data,
      onImage: {
        // A mask that cannot be read is an issue of the sink.
        mask = try? SampleMask(
          sample: data.samples[$0], classCount: model.description.classNames.count
        ).plane()
      }, isInterrupted, progress)
    guard isComplete else { return nil }
    let metrics = sink.metrics
    return ValidationResult(
      metrics: [
        NamedValue("dice", metrics.dice ?? 0), NamedValue("miou", metrics.meanIoU ?? 0),
        NamedValue("pixel_accuracy", metrics.pixelAccuracy ?? 0),
        NamedValue("object_f1_50", metrics.objectF1 ?? 0),
      ], losses: losses.values, hasGroundTruth: !metrics.images.isEmpty, issues: sink.issues,
      imageCount: metrics.images.count, table: metrics.classTable,
      tableNote:
        "precision, recall and F1 are pooled over the objects of all images, and object_f1_50 "
        + "is the mean of the images")
  }

  package func evaluation(
    named name: String, _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    onPair: @escaping SegmentationSink.PairObserver, isInterrupted: () -> Bool,
    progress: (Int) -> Void
  ) throws -> TaskEvaluation? {
    let sink = SegmentationSink(data, tasks: pool, onPair: onPair)
    let segmenter = Segmenter(model, pool: pool, kernels: kernels)
    return try fill(sink, segmenter, data, isInterrupted, progress) ? .segmentation : nil
  }

  /// Segments all images one by one; false where it was interrupted.
  private func fill(
    _ sink: SegmentationSink, _ segmenter: Segmenter, _ data: Dataset,
    onImage: @escaping (Int) -> Void = { _ in }, _ isInterrupted: () -> Bool,
    _ progress: (Int) -> Void
  ) throws -> Bool {
    var pipeline = InferencePipeline(
      segmenter, policy: segmenter.policy(strict: isStrict), batch: 1)
    pipeline.onBatch = { onImage($0[0]) }
    var done = 0
    let summary = try pipeline.run(
      data.samples.map(\.imagePath), into: [sink], until: isInterrupted
    ) {
      done += $0
      progress(done)
    }
    return summary.isComplete
  }
}

extension Image {
  /// The labels of a window of a mask; pixels beyond the mask are ignored.
  fileprivate func labels(_ window: PixelRegion) -> Image {
    var labels = Image(
      width: window.width, height: window.height, format: .gray8, filledWith: ClassMasks.ignored)
    let columns = min(window.width, width - window.x)
    for row in 0..<min(window.height, height - window.y) {
      let from = (window.y + row) * width + window.x
      let to = row * window.width
      labels.bytes.replaceSubrange(to..<to + columns, with: bytes[from..<from + columns])
    }
    return labels
  }
}
