import Datasets
import Imaging

/// The result of one image.
package struct ImageResult<Prediction: Sendable>: Sendable {
  /// The index into the list of paths, from 0.
  package let index: Int
  /// The path as given by the user.
  package let path: String
  /// The decoded image; nil if decoding failed.
  package var image: DecodedImage?
  /// The prediction; nil without an image.
  package var prediction: Prediction?
  /// The error if the file could not be decoded or an output could not be written.
  package var failure: (any Error)?
  /// The prediction time without decoding, the mean over the batch.
  package var milliseconds = 0.0
  /// The path of the drawing, if one was written.
  package var drawing: String?

  package init(index: Int, path: String) {
    self.index = index
    self.path = path
  }
}

extension ImageResult {
  /// What is wrong with the image of a dataset: that it cannot be decoded, or only with a warning.
  package func issues(of path: String) -> [DatasetIssue] {
    (failure.map { [DatasetIssue(.unreadableImage, path, "\($0)")] } ?? [])
      + (image?.warnings ?? []).map {
        DatasetIssue(.imageWarning, path, "the image decodes with a warning: \($0).")
      }
  }
}

/// Consumes results: prints, writes or accumulates them.
package protocol Sink<Prediction>: AnyObject {
  associatedtype Prediction: Sendable

  /// Consumes the results of one window, in the order of the paths. Later sinks see its changes.
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
