import CGlimpseKernels

/// The layout of samples: interleaved channels of 8 or 16 bits.
public struct PixelFormat: Hashable, Sendable {
  /// 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha (alpha not premultiplied).
  public var channels: Int
  /// Bits per sample, 8 or 16. Samples of 16 bits have the machine's byte order.
  public var bitDepth: Int

  /// Makes a format of 1 to 4 channels and 8 or 16 bits.
  public init(channels: Int, bitDepth: Int = 8) {
    precondition((1...4).contains(channels), "an image has 1 to 4 channels, not \(channels)")
    precondition(bitDepth == 8 || bitDepth == 16, "samples have 8 or 16 bits, not \(bitDepth)")
    self.channels = channels
    self.bitDepth = bitDepth
  }

  /// 8-bit gray.
  public static let gray8 = PixelFormat(channels: 1)
  /// 8-bit RGB, the format of detectors' inputs.
  public static let rgb8 = PixelFormat(channels: 3)
  /// 8-bit RGB with alpha.
  public static let rgba8 = PixelFormat(channels: 4)

  /// Bytes of one pixel.
  public var bytesPerPixel: Int { channels * bitDepth / 8 }
}

/// An image in memory: rows from the top, pixels from the left, samples interleaved, no padding.
public struct Image: Hashable, Sendable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// The layout of the samples.
  public let format: PixelFormat
  /// The samples: `height * width * format.bytesPerPixel` bytes.
  public var bytes: [UInt8]

  /// Makes an image from its samples, of at least one pixel; their count must fit size and format.
  public init(width: Int, height: Int, format: PixelFormat, bytes: [UInt8]) {
    precondition(width > 0 && height > 0, "an image has at least one pixel, not \(width)x\(height)")
    precondition(
      bytes.count == width * height * format.bytesPerPixel,
      "\(bytes.count) bytes do not make \(width)x\(height) pixels of \(format.bytesPerPixel) bytes")
    self.width = width
    self.height = height
    self.format = format
    self.bytes = bytes
  }

  /// Makes an image with all bytes set to one value.
  public init(width: Int, height: Int, format: PixelFormat = .rgb8, filledWith value: UInt8 = 0) {
    self.init(
      width: width, height: height, format: format,
      bytes: [UInt8](repeating: value, count: width * height * format.bytesPerPixel))
  }
}

/// The image kernels for the instruction set in use.
enum ImageKernels {
  static let chosen: gk_image_table = {
    guard let table = gk_table_for(gk_chosen_isa(), GK_FLOAT32) else {
      preconditionFailure("GLIMPSE_ISA names no instruction set that this machine can run")
    }
    return table.pointee.image
  }()
}
