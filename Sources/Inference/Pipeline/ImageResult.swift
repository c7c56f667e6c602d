import Imaging

/// The result of one image.
package struct ImageResult<Prediction: Sendable>: Sendable {
  /// Its position in the list of paths, from 0.
  package let index: Int
  /// As the user spelled it.
  package let path: String
  /// Nil where the file could not be decoded.
  package var image: DecodedImage?
  /// Nil where there is no image.
  package var prediction: Prediction?
  /// Why the file could not be decoded, or an output not written.
  package var failure: (any Error)?
  /// From pixels to the prediction, the mean over the batch.
  package var milliseconds = 0.0
  /// The path of the drawing, where one was written.
  package var drawing: String?

  package init(index: Int, path: String) {
    self.index = index
    self.path = path
  }
}

/// Consumes results: prints, writes or accumulates them.
package protocol Sink<Prediction>: AnyObject {
  associatedtype Prediction: Sendable

  /// Takes the results of one window in the order of the paths; what it adds is seen by the sinks
  /// behind it.
  func consume(_ results: inout [ImageResult<Prediction>]) throws
}

/// The outcome of a run.
package struct PipelineSummary: Hashable, Sendable {
  /// Images done.
  package var images = 0
  /// False where the run was cancelled.
  package var isComplete = true
  /// Wall time, sinks included.
  package var seconds = 0.0
  /// Seconds by stage, over all images.
  package var times = StageTimes()

  package var imagesPerSecond: Double { Double(images) / max(seconds, 1e-9) }
}
