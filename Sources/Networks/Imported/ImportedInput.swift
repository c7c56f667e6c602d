/// How an image becomes the input of a network of another program.
package struct ImportedInput: Hashable, Sendable {
  /// How an image is fitted into the input.
  package enum Fit: Hashable, Sendable {
    /// Scaled to the input's width and height, whatever the image's shape.
    case stretched
    /// Scaled by one factor until it fits; the rest has a gray level. Otherwise than centered, it is
    /// in the upper left corner.
    case letterbox(isCentered: Bool, fill: UInt8)
    /// Not scaled; padded with black at the right and at the bottom to a multiple of pixels.
    case padded(multiple: Int)
    /// Scaled by a factor; the input follows.
    case scaled(Double)
    /// Scaled to the input's height, at the left; what is left of the width is 0 after normalization.
    case strip
    /// Scaled by one factor until the shorter side is the input's divided by `fraction`, and cut out of
    /// the center.
    case centerCrop(fraction: Double)
  }

  /// The channels of the input.
  package enum Channels: Hashable, Sendable {
    case rgb, bgr, gray

    package var count: Int { self == .gray ? 1 : 3 }
  }

  /// The size of the input in pixels; of a fit that follows the image, the usual one.
  package var height: Int
  package var width: Int
  package var fit: Fit
  package var channels: Channels
  /// Subtracted from samples of 0...255, one per channel of the input.
  package var mean: [Float]
  /// Divides the difference, one per channel of the input.
  package var deviation: [Float]
  /// Whether rows of the image are columns of the input.
  package var isTransposed = false

  package init(
    height: Int, width: Int, _ fit: Fit, _ channels: Channels, mean: [Float] = [0],
    deviation: [Float] = [1]
  ) {
    func all(_ values: [Float]) -> [Float] {
      values.count == 1 ? Array(repeating: values[0], count: channels.count) : values
    }
    precondition(all(mean).count == channels.count && all(deviation).count == channels.count)
    (self.height, self.width, self.fit, self.channels) = (height, width, fit, channels)
    (self.mean, self.deviation) = (all(mean), all(deviation))
  }

  /// Whether every image is brought to the same size.
  package var isFixed: Bool {
    switch fit {
    case .padded, .scaled: false
    default: true
    }
  }
}
