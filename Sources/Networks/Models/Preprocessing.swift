import Basics

/// How images become the input of a network.
///
/// Without `perImage`, a sample is first scaled to 0...1: by 255 for 8 bits, 65535 for 16 bits. With
/// it, each image is scaled by its own statistics, and 8 and 16 bits keep their range. Then the
/// channel's `mean` is subtracted, and the result divided by its `standardDeviation`.
package struct Preprocessing: Hashable, Sendable {
  /// One mean per channel. The channels are gray; gray and alpha; red, green, blue; or those and
  /// alpha.
  package var mean: [Float]
  /// One standard deviation per channel, above 0.
  package var standardDeviation: [Float]
  /// The scaling by statistics of the image; nil for none.
  package var perImage: PerImageNormalization?

  package init(
    mean: [Float], standardDeviation: [Float], perImage: PerImageNormalization? = nil
  ) {
    precondition(
      Self.channelCounts.contains(mean.count) && mean.count == standardDeviation.count,
      "a network's input has 1 to 4 channels with a mean and a deviation each, not \(mean.count) "
        + "means and \(standardDeviation.count) deviations")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.perImage = perImage
  }

  /// The possible numbers of channels.
  static let channelCounts = 1...4

  /// The number of channels of the input.
  package var channels: Int { mean.count }

  /// Scales samples to 0...1.
  package static let unit = Preprocessing(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
  /// ImageNet's mean and standard deviation, as used by torchvision's weights.
  package static let imageNet = Preprocessing(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// The same mean and deviation after a scaling by statistics of the image.
  package func scaled(perImage: PerImageNormalization?) -> Preprocessing {
    Preprocessing(mean: mean, standardDeviation: standardDeviation, perImage: perImage)
  }

  /// The same for another number of channels, which have the average mean and deviation.
  package func with(channels: Int) -> Preprocessing {
    guard channels != self.channels else { return self }
    func average(_ values: [Float]) -> [Float] {
      [Float](repeating: values.reduce(0, +) / Float(values.count), count: channels)
    }
    return Preprocessing(
      mean: average(mean), standardDeviation: average(standardDeviation), perImage: perImage)
  }

  /// Scales each image by its own statistics alone.
  package static func perImage(
    _ normalization: PerImageNormalization, channels: Int = 3
  ) -> Preprocessing {
    Preprocessing(
      mean: [Float](repeating: 0, count: channels),
      standardDeviation: [Float](repeating: 1, count: channels), perImage: normalization)
  }
}
