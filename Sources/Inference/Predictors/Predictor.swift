import Imaging
import Networks

/// A task's way from decoded images to predictions.
///
/// One thread at a time may use it.
package protocol Predictor<Prediction>: AnyObject {
  associatedtype Prediction: Sendable

  /// The network behind it, with its stage times.
  var runner: InferenceRunner { get }

  /// Predicts for several images at once; the results are in the order of the images and refer to
  /// the originals' sizes.
  func predict(_ images: [DecodedImage]) throws -> [Prediction]
}

extension Predictor {
  /// The network's description, with the input size in use.
  package var description: ModelDescription { runner.description }

  /// How files are decoded for prediction, the same in every command: large JPEGs at the scale that
  /// the input needs, truncated and corrupt ones as far as they go, with a warning.
  ///
  /// - Parameter strict: Whether truncated and corrupt JPEGs are refused.
  package func policy(
    strict: Bool = false, maximumPixels: Int = DecodePolicy().maximumPixels
  ) -> DecodePolicy {
    DecodePolicy(
      neededLongerSide: description.imageSize, acceptsTruncated: !strict,
      maximumPixels: maximumPixels)
  }
}
