import Basics
import Datasets
import Imaging

/// The result of one image.
package struct ImageResult<Prediction: Sendable>: Sendable {
  package let input: InputItem
  /// The width and height of the upright image in pixels; nil if it could not be decoded.
  package private(set) var size: (width: Int, height: Int)?
  /// Defects of the file that did not prevent decoding, one phrase each.
  package private(set) var warnings: [String] = []
  /// The decoded image, as long as it is needed; nil if decoding failed.
  package var image: DecodedImage? {
    didSet {
      guard let image else { return }
      size = (image.originalWidth, image.originalHeight)
      warnings = image.warnings
    }
  }
  /// The prediction; nil without an image.
  package var prediction: Prediction?
  /// The error if the file could not be decoded or an output could not be written.
  package var failure: (any Error)?
  /// Seconds by stage, of batches the mean of their images.
  package var times = StageTimes()
  /// The path of the drawing, if one was written.
  package var drawing: String?

  package init(_ input: InputItem) { self.input = input }

  /// The index among all inputs, from 0.
  package var index: Int { input.index }
  /// The path as given by the user.
  package var path: String { input.path }
  /// The milliseconds of the prediction without decoding.
  package var milliseconds: Double {
    (times.preprocess + times.network + times.postprocess) * 1000
  }
}

extension ImageResult {
  /// What is wrong with the image of a dataset: that it cannot be decoded, or only with a warning.
  package func issues(of path: String) -> [DatasetIssue] {
    (failure.map { [DatasetIssue(.unreadableImage, path, "\($0)")] } ?? [])
      + warnings.map {
        DatasetIssue(.imageWarning, path, "the image decodes with a warning: \($0).")
      }
  }
}

/// Consumes results: prints, writes or accumulates them.
package protocol Sink<Prediction>: AnyObject {
  associatedtype Prediction: Sendable

  /// Consumes consecutive results, in the order of the inputs. Later sinks see its changes.
  func consume(_ results: inout [ImageResult<Prediction>]) throws
}

/// The summary of a pipeline run.
package struct PipelineSummary: Hashable, Sendable {
  /// The number of processed images.
  package var images = 0
  /// False if the run was cancelled.
  package var isComplete = true
  /// Wall time, including sinks.
  package var seconds = 0.0
  /// Seconds per stage, over all images.
  package var times = StageTimes()

  package var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
}
