import Datasets
import Evaluation
import Imaging

/// Writes one line of JSON per image.
package final class JSONLinesSink<Prediction: RowPrediction>: Sink {
  private let classNames: [String]
  private let facts: RowFacts
  private let write: ([String]) throws -> Void

  /// - Parameter write: Writes lines, given without line breaks.
  package init(
    classNames: [String], _ facts: RowFacts, write: @escaping ([String]) throws -> Void
  ) {
    (self.classNames, self.facts, self.write) = (classNames, facts, write)
  }

  package func consume(_ results: inout [ImageResult<Prediction>]) throws {
    try write(results.map { $0.jsonLine(classNames: classNames, facts) })
  }
}

/// Adds the rows of a run and their times to its files.
package final class RowSink<Prediction: RowPrediction>: Sink {
  private let classNames: [String]
  private let facts: RowFacts
  private let parts: ResultParts

  package init(classNames: [String], _ facts: RowFacts, into parts: ResultParts) {
    self.classNames = classNames
    self.facts = facts.withoutTimes(in: parts.folder)
    self.parts = parts
  }

  package func consume(_ results: inout [ImageResult<Prediction>]) throws {
    try parts.append(
      rows: results.map { $0.jsonLine(classNames: classNames, facts) },
      times: results.map { $0.times.line(of: $0.index) })
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
