import Basics
import Datasets
import Engine
import Imaging
import Loading
import Networks

/// Training of segmentation networks on label maps: so far only the loss and its targets, for
/// benchmarks.
package struct SegmentationTask: TrainingTask {
  private let model: ModelDescription
  package let loss: any Loss
  package let metricNames: [String] = []
  package let selection = SelectionMetric(name: "dice")

  package init(_ model: ModelDescription, _ config: TrainingConfig) {
    guard case .segmentation(let head) = model.head else {
      preconditionFailure("\(model.name) is not a segmentation model")
    }
    self.model = model
    loss = SegmentationLoss(
      head: head, classCount: model.classNames.count, mix: config.segmentationLoss)
  }

  package static func check(_ dataset: Dataset) throws {
    throw TrainingError(.invalid, "segmentation models cannot be trained yet; choose a detector")
  }

  package func loaderConfig(_ base: LoaderConfig) -> LoaderConfig {
    var config = base
    config.maskClasses = model.classNames.count
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

  package func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult? {
    preconditionFailure("every dataset is refused by check")
  }
}
