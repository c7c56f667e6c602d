import Imaging
import Networks

/// Predicts from decoded images: preprocessing, network and postprocessing of one task.
///
/// One thread at a time may use it.
package protocol Predictor<Prediction>: AnyObject, SendableMetatype {
  associatedtype Prediction: Sendable

  /// The network, with its stage times.
  var runner: InferenceRunner { get }

  /// How images are decoded for prediction, in every command.
  var decodePolicy: DecodePolicy { get }

  /// Predicts a batch of images; results are in the order of the images, with coordinates in pixels
  /// of the original images.
  func predict(_ images: [DecodedImage]) throws -> [Prediction]
}

extension Predictor {
  /// The network's description, with the input size in use.
  package var description: ModelDescription { runner.description }

  /// Large JPEGs are decoded at a reduced scale that the input size allows; truncated and corrupt
  /// ones are decoded as far as possible, with a warning.
  package var decodePolicy: DecodePolicy {
    DecodePolicy(neededLongerSide: description.imageSize.longestSide)
  }

  /// The decode policy with the options of a command.
  ///
  /// - Parameter strict: Whether truncated and corrupt JPEGs are refused.
  package func policy(
    strict: Bool = false, maximumPixels: Int = DecodePolicy().maximumPixels
  ) -> DecodePolicy {
    var policy = decodePolicy
    (policy.acceptsTruncated, policy.maximumPixels) = (!strict, maximumPixels)
    return policy
  }
}
