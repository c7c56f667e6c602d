import Basics
import Datasets
import Engine
import Imaging
import Loading

/// The images that a training learns from and is validated on.
struct TrainingData {
  let training: Dataset
  /// Nil where the dataset has no `val` split.
  let validation: Dataset?
  let normalization: Normalization
  /// Images of an epoch: all, and those with rare classes again where they are repeated.
  private let imagesPerEpoch: Int
  /// Whether objects are to be pasted, which takes polygons.
  private let wantsSegmentations: Bool
  /// Images a step, as far as there are so many.
  var batch: Int

  /// Opens both splits; what is found out about images is kept for later runs.
  init(_ config: TrainingConfig, normalization: Normalization, runner: any ParallelExecutor) throws
  {
    batch = config.batch ?? 1
    wantsSegmentations = config.copyPaste > 0
    let index = ImageIndex(for: config.data)
    defer { index.save() }
    // Boxes are enough to learn from; polygons are for pasting objects.
    var reading = DatasetReading(
      segmentations: wantsSegmentations, runner: runner, images: index)
    training = try Dataset.open(path: config.data, split: "train", reading: reading)
    imagesPerEpoch = Loader.imagesPerEpoch(
      training.samples, repeatThreshold: config.repeatThreshold)
    if config.strict, let lost = training.issues.first(where: { $0.kind.losesImage }) {
      throw DatasetsError("\(lost) With strict, no image may be left out")
    }
    let splits = try Dataset.splits(path: config.data)
    reading.segmentations = false
    validation =
      splits.contains("val")
      ? try Dataset.open(
        path: config.data, split: "val", classNames: training.classNames, reading: reading) : nil
    self.normalization = normalization
    guard training.annotationCount > 0 else {
      let instead: String =
        switch training.format {
        case .folders: "; folders say what images show, and not where"
        case .masks: "; detectors do not learn from masks"
        default: ""
        }
      throw DatasetsError(
        "\(config.data): there is nothing to learn, because no object of the split "
          + "\"\(training.split)\" is labeled with a box\(instead)")
    }
  }

  var classNames: [String] { training.classNames }
  /// Images a step.
  var batchSize: Int { min(batch, training.samples.count) }
  /// Batches of an epoch; images that do not fill one wait for another epoch.
  var stepsPerEpoch: Int { imagesPerEpoch / max(batchSize, 1) }

  /// What is wrong with the data, a sentence each.
  var issues: [String] {
    var sentences = (training.issues + (validation?.issues ?? [])).map { "\($0)" }
    if validation == nil {
      sentences.append(
        "\(training.path): there is no val split, so no AP is measured and the best weights are the "
          + "last ones")
    }
    if wantsSegmentations, !training.samples.contains(where: \.hasSegmentations) {
      sentences.append(
        "\(training.path): no label has a polygon or mask, so copy_paste has nothing to paste")
    }
    return sentences
  }

  /// The batches from a state on.
  func loader(_ config: TrainingConfig, from state: TrainingState, seed: UInt64) -> Loader {
    Loader(
      samples: training.samples,
      config: config.loaderConfig(batchSize: batchSize, seed: seed, normalization: normalization),
      start: LoaderState(epoch: state.epoch, batch: state.batch), epochs: config.epochs
    ) { config.plan(at: $0, seed: seed) }
  }
}

extension TrainingConfig {
  /// How large the images of a batch are, and how they are varied.
  package func plan(at position: LoaderState, seed: UInt64) -> BatchPlan {
    let sizes = inputSizes
    var side = imgsz
    if sizes.count > 1 {
      // Ten batches keep their size (YOLOX): a session is made anew for each.
      var generator = SeededGenerator(
        seed: seed, UInt64(position.epoch), UInt64(position.batch / 10))
      side = sizes[Int(generator.next() % UInt64(sizes.count))]
    }
    return BatchPlan(
      width: side, height: side,
      augmentation: position.epoch < epochs - closeMosaic
        ? augmentation : augmentation.withoutMosaic)
  }
}

extension Sample {
  /// Whether an object of it has one.
  fileprivate var hasSegmentations: Bool { annotations.contains { $0.segmentation != nil } }
}

extension Batch {
  /// The objects and, marked as crowds, the regions that are neither target nor background.
  var groundTruths: [[Annotation]] {
    zip(annotations, ignoredRegions).map { objects, regions in
      objects + regions.map { Annotation(box: $0, classIndex: 0, isCrowd: true) }
    }
  }
}
