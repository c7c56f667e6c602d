/// An image decoded from a file, possibly at a reduced size.
public struct DecodedImage: Hashable, Sendable {
  /// Upright: any EXIF orientation is applied.
  public var image: Image
  /// The width of the upright image before any reduction, in pixels.
  public var originalWidth: Int
  /// The height of the upright image before any reduction, in pixels.
  public var originalHeight: Int
  /// Defects of the file that did not prevent decoding, one phrase each.
  public var warnings: [String]

  /// Makes a decoded image; the original size is that before any reduction.
  public init(image: Image, originalWidth: Int, originalHeight: Int, warnings: [String] = []) {
    self.image = image
    self.originalWidth = originalWidth
    self.originalHeight = originalHeight
    self.warnings = warnings
  }

  /// Makes a decoded image at full size.
  public init(_ image: Image) {
    self.init(image: image, originalWidth: image.width, originalHeight: image.height)
  }
}

/// The properties of an image, from its file header.
public struct ImageInformation: Hashable, Sendable {
  /// The width of the upright image, in pixels.
  public var width: Int
  /// The height of the upright image, in pixels.
  public var height: Int
  /// Channels and bit depth, with palettes and transparency expanded and CMYK converted to RGB.
  public var format: PixelFormat
  /// The file format.
  public var codec: Codec
  /// The EXIF orientation of the stored image.
  public var orientation: Orientation
}
