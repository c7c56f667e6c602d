import Basics
import Datasets
import Engine
import Evaluation
import Imaging
import Loading
import Networks

/// What a report shows of a run, besides its setup and outcome.
extension Trainer {
  /// The path of the report.
  package var reportPath: String { folder.report }
  /// The columns and rows of `results.csv`.
  package var resultsTable: Table { results.table }
  /// The splits train and, if there is one, val.
  package var splits: [Dataset] { [data.training] + (data.validation.map { [$0] } ?? []) }
  /// The compute threads, for other work after a training.
  package var executor: any ParallelExecutor { pool }

  /// The speed of the run and what it computed with.
  package var runFacts: Table {
    func mean(_ column: String) -> Double {
      let values = results.rows.compactMap { $0[column] }.filter(\.isFinite)
      return values.reduce(0, +) / Double(max(values.count, 1))
    }
    let seconds = results.rows.last?["time"] ?? 0
    return Table(facts: [
      "training time": .text(NumberFormat.duration(seconds)),
      "time per epoch": .text(
        NumberFormat.duration(seconds / Double(max(results.rows.count, 1)))),
      "training speed": "\(NumberFormat.decimal(mean("images_per_s"))) images/s",
      "waiting for data": "\(NumberFormat.fixed(100 * mean("data_wait"), 1)) % of the time",
      "steps per epoch": .integer(summary.stepsPerEpoch),
      "threads": .integer(pool.threads),
      "precision": .text(kernels.precision.rawValue),
      "instruction set": .text(kernels.instructionSet.rawValue),
      "estimated memory": .bytes(memory.total),
    ])
  }

  /// The first images of the first epoch as they were augmented, with their targets.
  ///
  /// - Throws: `DatasetsError` if none of the images can be decoded.
  package func firstImages(_ count: Int) throws(DatasetsError) -> [TrainingSample] {
    let loader = task.loaderConfig(
      config.loaderConfig(
        batchSize: data.batchSize,
        normalization: Normalization(model.description.preprocessing)))
    let images = config.augmentedImages(of: data.training.samples, loader)
    var samples: [TrainingSample] = []
    for place in 0..<min(count, images.count) {
      samples.append(try images.image(epoch: 0, place: place))
    }
    return samples
  }

  /// Evaluates the best weights on the val split; nil without one and after an interruption.
  ///
  /// - Parameters:
  ///   - onPair: Receives each image of a segmentation with its two masks.
  ///   - progress: Called with the number of processed images and that of all images.
  package func evaluateBestWeights(
    onPair: @escaping SegmentationSink.PairObserver, isInterrupted: () -> Bool,
    progress: (Int, Int) -> Void
  ) throws -> TaskEvaluation? {
    guard let split = data.validation, !split.samples.isEmpty else { return nil }
    return try task.evaluation(
      named: folder.bestWeights, Model(path: folder.bestWeights), on: split, pool: pool,
      kernels: kernels, onPair: onPair, isInterrupted: isInterrupted
    ) { progress($0, split.samples.count) }
  }
}
