import Foundation

/// Sums over the labeled pixels of a part of an output.
struct PixelSums {
  /// The number of labeled pixels.
  var labeled = 0
  /// The sum of their weights.
  var weight = 0.0
  /// The weighted sums of their losses.
  var crossEntropy = 0.0
  var focal = 0.0
  /// The sums of each channel.
  var regions: [RegionSums]

  init(channels: Int) {
    regions = [RegionSums](repeating: RegionSums(), count: channels)
  }

  static func + (left: PixelSums, right: PixelSums) -> PixelSums {
    var result = left
    result.labeled += right.labeled
    result.weight += right.weight
    result.crossEntropy += right.crossEntropy
    result.focal += right.focal
    for channel in result.regions.indices {
      result.regions[channel] = left.regions[channel] + right.regions[channel]
    }
    return result
  }
}

/// The derivatives of a loss, from which the gradient of each pixel follows.
struct PixelSlopes {
  /// The factor of p - t of cross-entropy and of the focal loss, before the weight of the pixel.
  let crossEntropy: Float
  let focal: Float
  /// For each image, the derivatives with respect to the probabilities of background pixels for all
  /// channels, then those of pixels of the class.
  let region: [Float]
  /// For each logit, the derivative of the Lovász extension; nil if it is not part of the loss.
  let lovasz: [Float]?

  /// The factor of p - t, given the probability q of the truth.
  ///
  /// For the focal loss -(1 - q)^2 log q it is that of cross-entropy times
  /// (1 - q)^2 - 2 (1 - q) q log q.
  @inline(__always)
  func factor(probability q: Float) -> Float {
    guard focal != 0 else { return crossEntropy }
    let rest = 1 - q
    let entropy = q > 0 ? q * log(q) : 0
    return crossEntropy + focal * (rest * rest - 2 * rest * entropy)
  }
}
