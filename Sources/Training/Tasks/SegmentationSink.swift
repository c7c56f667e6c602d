import Basics
import Datasets
import Evaluation
import Imaging
import Inference
import Loading

/// Compares predicted label maps with the masks of a dataset. An image that cannot be decoded counts
/// as background alone; one whose mask cannot be read is left out and reported.
package final class SegmentationSink: Sink {
  package typealias Prediction = SegmentationMap
  /// Receives a measured image and its two class planes.
  package typealias PairObserver = (
    MeasuredSegmentation, Sample, _ groundTruth: Image, _ predicted: Image
  ) -> Void

  package private(set) var metrics: SegmentationMetrics
  /// The images and masks that could not be decoded, or only with a warning.
  package private(set) var issues: [DatasetIssue] = []
  /// The errors of images that could not be decoded.
  package private(set) var failures: [any Error] = []
  private let data: Dataset
  private let tasks: any ParallelExecutor
  /// The objects of all images; empty unless predictions hold the confidence of each pixel.
  package private(set) var objects: ScoredObjects
  private let onPair: PairObserver

  /// - Parameters:
  ///   - data: The dataset whose images are processed, in its order.
  ///   - onPair: Receives each measured image.
  package init(
    _ data: Dataset, options: SegmentationMetricOptions = SegmentationMetricOptions(),
    tasks: any ParallelExecutor,
    onPair: @escaping PairObserver = { _, _, _, _ in }
  ) {
    metrics = SegmentationMetrics(classNames: data.classNames, options: options)
    objects = ScoredObjects(classNames: data.classNames)
    (self.data, self.tasks, self.onPair) = (data, tasks, onPair)
  }

  package func consume(_ results: inout [ImageResult<SegmentationMap>]) {
    let (data, metrics, window) = (data, metrics, results)
    let measured = tasks.map(window.count) { place in
      Result { () throws(DatasetIssue) in
        let sample = data.samples[window[place].index]
        let truth = try SampleMask(sample: sample, classCount: data.classNames.count).plane()
        let predicted =
          window[place].prediction?.classes
          ?? Image(width: truth.width, height: truth.height, format: .gray8)
        guard predicted.width == truth.width, predicted.height == truth.height else {
          throw DatasetIssue(
            .sizeMismatch, sample.imagePath,
            "the image has \(predicted.width)x\(predicted.height) pixels, but its mask "
              + "\(truth.width)x\(truth.height).")
        }
        return (
          truth, predicted,
          metrics.measure(sample.imagePath, groundTruth: truth, predicted: predicted),
          window[place].prediction?.confidences.map {
            ScoredObjects.Measured(
              sample.imagePath, groundTruth: truth, predicted: predicted, confidences: $0)
          }
        )
      }
    }
    for (result, outcome) in zip(window, measured) {
      let sample = data.samples[result.index]
      if let failure = result.failure { failures.append(failure) }
      issues += result.issues(of: sample.imagePath)
      switch outcome {
      case .success((let truth, let predicted, let scores, let objects)):
        self.metrics.add(scores)
        if let objects { self.objects.add(objects) }
        onPair(scores, sample, truth, predicted)
      case .failure(let issue): issues.append(issue)
      }
    }
  }
}
