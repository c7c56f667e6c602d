/// How 8-bit samples become a network's input: `(sample / 255 - mean) / standardDeviation`.
package struct Normalization: Hashable, Sendable {
  /// What is subtracted, by channel (red, green, blue), on the scale 0...1.
  package var mean: [Float]
  /// What the difference is divided by, by channel (red, green, blue), on the scale 0...1.
  package var standardDeviation: [Float]

  /// Makes a normalization of three channels; no deviation may be zero.
  package init(mean: [Float], standardDeviation: [Float]) {
    precondition(
      mean.count == 3 && standardDeviation.count == 3,
      "a normalization has 3 means and 3 deviations, not \(mean.count), \(standardDeviation.count)")
    precondition(
      standardDeviation.allSatisfy { $0 != 0 }, "a deviation of the normalization is zero")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Samples from 0 to 1, and nothing else.
  package static let unit = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])

  /// Mean 0 and deviation 1 over ImageNet's images: what public classification weights expect.
  package static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// The gray (0...255) that fills a network's input where there is no image.
  package static let padding: Float = 114

  typealias Channels = (Float, Float, Float)

  /// The factors of `value = sample * gain + bias`, by channel.
  var gain: Channels {
    let gains = standardDeviation.map { Float(1 / (255 * Double($0))) }
    return (gains[0], gains[1], gains[2])
  }

  /// The offsets of `value = sample * gain + bias`, by channel.
  var bias: Channels {
    let biases = zip(mean, standardDeviation).map { Float(-Double($0) / Double($1)) }
    return (biases[0], biases[1], biases[2])
  }
}
