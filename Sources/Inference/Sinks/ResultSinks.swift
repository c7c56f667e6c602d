import Datasets
import Evaluation
import Imaging

/// Writes one line of JSON per image.
package final class JSONLinesSink: Sink {
  package typealias Prediction = [Detection]
  private let classNames: [String]
  private let write: (String) throws -> Void

  /// - Parameter write: Writes one line, given without a line break.
  package init(classNames: [String], write: @escaping (String) throws -> Void) {
    self.classNames = classNames
    self.write = write
  }

  package func consume(_ results: inout [ImageResult<[Detection]>]) throws {
    for result in results { try write(result.jsonLine(classNames: classNames)) }
  }
}

/// Collects detections and the ground truth of a dataset for evaluation. An image that cannot be
/// decoded counts as an image without detections.
package final class EvaluationSink: Sink {
  package typealias Prediction = [Detection]
  package private(set) var input: EvaluationInput
  /// The errors of images that could not be decoded.
  package private(set) var failures: [any Error] = []
  /// The images that could not be decoded, or only with a warning.
  package private(set) var issues: [DatasetIssue] = []
  private let samples: [Sample]

  /// - Parameter data: The dataset whose images are processed, in its order.
  package init(_ data: Dataset) {
    input = EvaluationInput(classNames: data.classNames)
    samples = data.samples
  }

  package func consume(_ results: inout [ImageResult<[Detection]>]) {
    for result in results {
      let sample = samples[result.index]
      input.append(
        image: sample.imagePath, annotations: sample.annotations,
        detections: result.prediction ?? [])
      if let failure = result.failure { failures.append(failure) }
      issues += result.issues(of: sample.imagePath)
    }
  }
}
