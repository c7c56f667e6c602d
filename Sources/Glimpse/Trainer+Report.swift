import Basics
import Datasets
import Evaluation
import Imaging
import Reports
import Training

extension Trainer {
  /// The number of training images in a report.
  private static let reportedImages = 12

  /// Writes `report.html` into the run's folder: curves, settings, data, the first training images
  /// with their targets, validation images with predictions, and the evaluation of the best weights.
  ///
  /// Call it after `run`. It evaluates the best weights once more, and changes nothing else.
  ///
  /// - Parameters:
  ///   - outcome: The result of `run`.
  ///   - observe: Called with the progress of the evaluation, on the caller's thread.
  ///   - isInterrupted: Called during the evaluation; when true, nothing is written.
  /// - Returns: The path; nil after an interruption.
  /// - Throws: Errors of the weights, the images and the file.
  @discardableResult
  public func writeReport(
    of outcome: TrainingOutcome, observe: (TrainingEvent) -> Void = { _ in },
    isInterrupted: () -> Bool = { false }
  ) throws -> String? {
    guard !isInterrupted() else { return nil }
    let summary = summary
    let splits = splits
    var segmentation = SegmentationEvaluation(
      classNames: summary.classNames, overlays: SegmentationEvaluation.usualOverlays)
    let result = try evaluateBestWeights(
      onPair: { segmentation.add($0, .init($1.imagePath, groundTruth: $2, predicted: $3)) },
      isInterrupted: isInterrupted
    ) { observe(.validating(images: $0, of: $1)) }
    guard !isInterrupted() else { return nil }
    let augmented = try firstImages(Self.reportedImages).enumerated().map { number, sample in
      try AnnotatedThumbnail(
        sample.preview, name: "Image \(number + 1)", annotations: sample.annotations,
        classNames: summary.classNames, caption: sample.maskCaption(summary.classNames))
    }
    let report = TrainingReport(
      name: FilePath.name(outcome.folder), facts: Self.facts(summary), results: resultsTable,
      epochs: summary.config.epochs, bestEpoch: outcome.best.map { $0.epoch + 1 },
      settings: summary.config.changedSettings(choosesBatch: choosesBatch), runFacts: runFacts,
      splits: splits,
      augmented: augmented,
      evaluation: evaluation(result, segmentation),
      seed: summary.config.seed)
    let page = report.html { splits.last?.samples[$0].imagePath }
    try TrainingError.wrap(AtomicFile.write(page, to: reportPath))
    return reportPath
  }

  /// The evaluation of a report; nil without ground truth.
  private func evaluation(
    _ result: TaskEvaluation?, _ segmentation: SegmentationEvaluation
  ) -> TrainingReport.BestWeights? {
    switch result {
    case .detection(let result) where result.report.groundTruthCount > 0:
      .detection(EvaluationAnalysis(result, bootstrap: BootstrapOptions(), tasks: executor))
    case .segmentation where !segmentation.metrics.images.isEmpty:
      .segmentation(segmentation, SegmentationBootstrap(segmentation.metrics, tasks: executor))
    default: nil
    }
  }

  /// The header of a report.
  private static func facts(_ summary: TrainingSummary) -> [(name: String, value: String)] {
    [
      ("data", summary.config.data), ("model", summary.config.model),
      ("initial weights", summary.config.weights?.optionText ?? "none"),
      ("parameters", "\(summary.parameterCount)"),
      ("input size", "\(summary.config.imgsz.optionText) pixels"),
      ("batch size", "\(summary.batch)"), ("training images", "\(summary.trainingImages)"),
      ("validation images", "\(summary.validationImages)"),
      ("classes", "\(summary.classNames.count)"),
    ]
  }
}
