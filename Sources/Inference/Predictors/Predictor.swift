import Imaging
import Networks

/// Predicts from decoded images: preprocessing, network and postprocessing of one task.
///
/// One thread at a time may use it.
package protocol Predictor<Prediction>: AnyObject {
  associatedtype Prediction: Sendable

  /// The network, with its stage times.
  var runner: InferenceRunner { get }

  /// Predicts a batch of images; results are in the order of the images, with coordinates in pixels
  /// of the original images.
  func predict(_ images: [DecodedImage]) throws -> [Prediction]
}

extension Predictor {
  /// The network's description, with the input size in use.
  package var description: ModelDescription { runner.description }

  /// The decode policy for prediction, the same in every command. Large JPEGs are decoded at a
  /// reduced scale that the input size allows; truncated and corrupt ones are decoded as far as
  /// possible, with a warning.
  ///
  /// - Parameter strict: Whether truncated and corrupt JPEGs are refused.
  package func policy(
    strict: Bool = false, maximumPixels: Int = DecodePolicy().maximumPixels
  ) -> DecodePolicy {
    DecodePolicy(
      neededLongerSide: description.imageSize.longestSide, acceptsTruncated: !strict,
      maximumPixels: maximumPixels)
  }
}
