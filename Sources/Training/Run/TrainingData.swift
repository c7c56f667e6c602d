import Basics
import Datasets
import Engine
import Imaging
import Loading

/// The images of a run, by epochs and batches.
struct TrainingData {
  let training: Dataset
  /// The val split; nil if the dataset has none.
  let validation: Dataset?
  /// Images per epoch, including repeated images of rare classes.
  let imagesPerEpoch: Int
  /// Whether copy-paste is used, which needs polygons or masks.
  private let wantsSegmentations: Bool
  /// The batch size, at most the number of training images.
  var batchSize = 1
  /// What of the dataset is used, a sentence each.
  let remarks: [String]

  init(_ splits: TrainingSplits, _ config: TrainingConfig) {
    wantsSegmentations = config.augmentation.copyPaste > 0
    (training, validation, remarks) = (splits.training, splits.validation, splits.remarks)
    imagesPerEpoch = Loader.imagesPerEpoch(
      training.samples, repeatThreshold: config.repeatThreshold)
  }

  var classNames: [String] { training.classNames }
  /// Batches per epoch.
  var batchesPerEpoch: Int { BatchPartition(count: imagesPerEpoch, size: batchSize).batchCount }
  /// Steps of the optimizer per epoch.
  func stepsPerEpoch(accumulating batches: Int) -> Int {
    (batchesPerEpoch + batches - 1) / batches
  }

  /// The number of labels of both splits that were skipped because they are invalid.
  var skippedLabels: Int {
    training.skippedLabelCount + (validation?.skippedLabelCount ?? 0)
  }

  /// The issues of the data, one sentence each.
  var issues: [String] {
    var sentences = (training.issues + (validation?.issues ?? [])).map { "\($0)" }
    if validation == nil {
      sentences.append(
        "\(training.path): there is no val split: nothing is validated, and the best weights are the "
          + "last ones")
    }
    if wantsSegmentations, !training.samples.contains(where: \.hasSegmentations) {
      sentences.append(
        "\(training.path): no label has a polygon or mask: copy_paste has nothing to paste")
    }
    return sentences
  }

  /// The loader, starting at a state.
  func loader(
    _ loaderConfig: LoaderConfig, _ config: TrainingConfig, from state: TrainingState
  ) -> Loader {
    Loader(
      samples: training.samples, config: loaderConfig,
      start: LoaderState(epoch: state.epoch, batch: state.batch), epochs: config.epochs
    ) { config.plan(at: $0) }
  }
}

extension Sample {
  /// Whether any object has a polygon or mask.
  fileprivate var hasSegmentations: Bool { annotations.contains { $0.segmentation != nil } }
}
