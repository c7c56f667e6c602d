import Basics

/// How samples become a network's input.
///
/// Fixed: `(sample / largest - mean) / standardDeviation` with the largest sample of the type, 255 or
/// 65535. Per image: the sample is scaled by the statistics of its image and channel instead of the
/// largest sample, and 8 and 16 bits keep their range.
package struct Normalization: Hashable, Sendable {
  /// The mean per channel, on the scale 0...1 where it is fixed.
  package let mean: [Float]
  /// The standard deviation per channel, on the same scale.
  package let standardDeviation: [Float]
  /// The scaling by statistics of each image; nil for a fixed one.
  package let perImage: PerImageNormalization?
  /// The fixed scaling of 8-bit samples.
  let fixed: SampleScaling

  /// Makes a normalization of 1 to 4 channels; no standard deviation may be zero.
  package init(
    mean: [Float], standardDeviation: [Float], perImage: PerImageNormalization? = nil
  ) {
    precondition(
      (1...4).contains(mean.count) && standardDeviation.count == mean.count,
      "a normalization has a mean and a deviation for each of 1 to 4 channels, not \(mean.count) "
        + "and \(standardDeviation.count)")
    precondition(
      standardDeviation.allSatisfy { $0 != 0 }, "a deviation of the normalization is zero")
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.perImage = perImage
    fixed = Self.scaling(mean, standardDeviation, largest: 255)
  }

  /// Samples scaled to 0...1.
  package static let unit = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])

  /// The statistics of ImageNet, which public classification weights expect.
  package static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])

  /// The gray level (0...255) of the padding around the image.
  package static let padding: Float = 114

  /// The number of channels of an image.
  package var channels: Int { mean.count }

  private static func scaling(
    _ mean: [Float], _ deviation: [Float], largest: Double
  ) -> SampleScaling {
    SampleScaling(
      offset: mean.map { _ in 0 }, unit: mean.map { _ in largest }, mean: mean,
      deviation: deviation)
  }

  /// The scaling of an image with given statistics, which a fixed normalization does not use.
  ///
  /// - Parameter statistics: Of the whole image, not of a part that is cut out of it.
  package func scaling(of statistics: PixelStatistics) -> SampleScaling {
    let format = statistics.format
    precondition(
      format.channels == channels,
      "a normalization of \(channels) channels does not fit images of \(format.channels)")
    let largest = format.bitDepth == 8 ? 255.0 : 65535
    guard let perImage else {
      return format.bitDepth == 8
        ? fixed : Self.scaling(mean, standardDeviation, largest: largest)
    }
    let units = (0..<channels).map { channel -> (offset: Double, unit: Double) in
      switch perImage {
      case .zScore:
        let (mean, deviation) = statistics.moments(channel: channel)
        return (mean, deviation > 0 ? deviation : largest)
      case .percentile(let low, let high):
        let (bottom, top) = (
          statistics.percentile(low, channel: channel),
          statistics.percentile(high, channel: channel)
        )
        if top > bottom { return (bottom, top - bottom) }
        // Few samples differ from all others, or none does.
        let range = statistics.range(channel: channel) ?? 0...0
        return (bottom, range.count > 1 ? Double(range.count - 1) : largest)
      }
    }
    return SampleScaling(
      offset: units.map(\.offset), unit: units.map(\.unit), mean: mean,
      deviation: standardDeviation)
  }

  /// Converts an image to a network's input, with its own statistics where they are needed.
  ///
  /// - Parameters:
  ///   - image: 8 or 16 bits, as many channels as the normalization.
  ///   - output: `height * width * channels` numbers: rows, pixels, channels.
  package func fill(_ image: Image, into output: UnsafeMutableBufferPointer<Float>) {
    precondition(
      image.format.channels == channels,
      "an input of \(channels) channels is not made of images of \(image.format.channels)")
    let usesFixed = perImage == nil && image.format.bitDepth == 8
    let scaling =
      usesFixed
      ? fixed
      : self.scaling(of: perImage == nil ? PixelStatistics(image.format) : PixelStatistics(image))
    scaling.fill(image, into: output)
  }
}
