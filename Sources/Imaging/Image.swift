/// The layout of an image's samples: interleaved channels of 8 or 16 bits.
package struct PixelFormat: Hashable, Sendable {
  /// Samples a pixel: 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha (alpha not premultiplied).
  package var channels: Int
  /// Bits a sample: 8 or 16. Samples of 16 bits are stored in the machine's byte order.
  package var bitDepth: Int

  /// Makes a format; `channels` is 1...4 and `bitDepth` 8 or 16.
  package init(channels: Int, bitDepth: Int = 8) {
    precondition((1...4).contains(channels), "an image has 1 to 4 channels, not \(channels)")
    precondition(bitDepth == 8 || bitDepth == 16, "samples have 8 or 16 bits, not \(bitDepth)")
    self.channels = channels
    self.bitDepth = bitDepth
  }

  /// One gray sample of 8 bits.
  package static let gray8 = PixelFormat(channels: 1)
  /// Red, green and blue of 8 bits each: what detectors read.
  package static let rgb8 = PixelFormat(channels: 3)
  /// Red, green, blue and alpha of 8 bits each.
  package static let rgba8 = PixelFormat(channels: 4)

  /// Bytes a pixel takes.
  package var bytesPerPixel: Int { channels * bitDepth / 8 }
}

/// An image in memory: rows from the top, pixels from the left, samples interleaved, no padding.
package struct Image: Hashable, Sendable {
  /// The width in pixels, at least 1.
  package let width: Int
  /// The height in pixels, at least 1.
  package let height: Int
  /// How the bytes are to be read.
  package let format: PixelFormat
  /// The samples: `height * width * format.bytesPerPixel` bytes.
  package var bytes: [UInt8]

  /// Makes an image from its bytes; their count must fit the size and format.
  package init(width: Int, height: Int, format: PixelFormat, bytes: [UInt8]) {
    precondition(width > 0 && height > 0, "an image has at least one pixel, not \(width)x\(height)")
    precondition(
      bytes.count == width * height * format.bytesPerPixel,
      "\(bytes.count) bytes do not make \(width)x\(height) pixels of \(format.bytesPerPixel) bytes")
    self.width = width
    self.height = height
    self.format = format
    self.bytes = bytes
  }

  /// Makes an image whose bytes all have one value.
  package init(width: Int, height: Int, format: PixelFormat = .rgb8, filledWith value: UInt8 = 0) {
    self.init(
      width: width, height: height, format: format,
      bytes: [UInt8](repeating: value, count: width * height * format.bytesPerPixel))
  }
}
