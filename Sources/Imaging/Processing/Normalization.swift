/// How 8-bit samples become a network's input: `(sample / 255 - mean) / standardDeviation`.
package struct Normalization: Hashable, Sendable {
  /// The mean per channel (red, green, blue), on the scale 0...1.
  package let mean: [Float]
  /// The standard deviation per channel (red, green, blue), on the scale 0...1.
  package let standardDeviation: [Float]
  /// The factors of `value = sample * gain + bias`, by channel.
  let gain: [Float]
  /// The offsets of `value = sample * gain + bias`, by channel.
  let bias: [Float]

  /// Makes a normalization of three channels; no standard deviation may be zero.
  package init(mean: [Float], standardDeviation: [Float]) {
    precondition(
      mean.count == 3 && standardDeviation.count == 3,
      "a normalization has 3 means and 3 deviations, not \(mean.count), \(standardDeviation.count)")
    precondition(
      standardDeviation.allSatisfy { $0 != 0 }, "a deviation of the normalization is zero")
    self.mean = mean
    self.standardDeviation = standardDeviation
    gain = standardDeviation.map { Float(1 / (255 * Double($0))) }
    bias = zip(mean, standardDeviation).map { Float(-Double($0) / Double($1)) }
  }

  /// Samples scaled to 0...1.
  package static let unit = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])

  /// The statistics of ImageNet, which public classification weights expect.
  package static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// The gray level (0...255) of the padding around the image.
  package static let padding: Float = 114

  /// Converts an image to a network's input.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB.
  ///   - output: `height * width * 3` numbers: rows, pixels, then red, green, blue.
  package func fill(_ image: Image, into output: UnsafeMutableBufferPointer<Float>) {
    precondition(image.format == .rgb8, "an input is made of 8-bit RGB, not of \(image.format)")
    precondition(
      output.count == image.width * image.height * 3,
      "\(output.count) numbers do not hold \(image.width)x\(image.height) pixels of 3 channels")
    image.bytes.withUnsafeBufferPointer { source in
      ImageKernels.chosen.normalize_rgb(
        source.baseAddress, Int64(image.width * image.height), gain, bias, output.baseAddress)
    }
  }
}
