import Datasets
import Evaluation
import Imaging

/// Writes one line of JSON per image.
package final class JSONLinesSink: Sink {
  package typealias Prediction = [Detection]
  private let classNames: [String]
  private let write: (String) throws -> Void

  /// - Parameter write: Writes a line, without its end.
  package init(classNames: [String], write: @escaping (String) throws -> Void) {
    self.classNames = classNames
    self.write = write
  }

  package func consume(_ results: inout [ImageResult<[Detection]>]) throws {
    for result in results { try write(result.jsonLine(classNames: classNames)) }
  }
}

/// Collects detections with the ground truth of a dataset for the evaluation; an image that cannot
/// be decoded counts as one without detections.
package final class EvaluationSink: Sink {
  package typealias Prediction = [Detection]
  package private(set) var input: EvaluationInput
  /// Why images could not be decoded.
  package private(set) var failures: [any Error] = []
  /// What was wrong with decoded files, one sentence each.
  package private(set) var warnings: [String] = []
  private let samples: [Sample]

  /// - Parameter data: The dataset that is also the source of the images.
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
      for warning in result.image?.warnings ?? [] {
        warnings.append("\(sample.imagePath): \(warning)")
      }
    }
  }
}
