/// An image decoded from a file, possibly at a reduced size.
public struct DecodedImage: Hashable, Sendable {
  /// Upright: any EXIF orientation is applied.
  public var image: Image
  /// The size in pixels of the upright image, before any reduction.
  public var originalWidth: Int
  /// The height in pixels, before any reduction.
  public var originalHeight: Int
  /// Defects of the file that did not prevent decoding, a phrase each.
  public var warnings: [String]

  /// Makes a decoded image; the original's size is that before any reduction.
  public init(image: Image, originalWidth: Int, originalHeight: Int, warnings: [String] = []) {
    self.image = image
    self.originalWidth = originalWidth
    self.originalHeight = originalHeight
    self.warnings = warnings
  }

  /// An image in full size.
  public init(_ image: Image) {
    self.init(image: image, originalWidth: image.width, originalHeight: image.height)
  }
}

/// The properties of an image by its file's header, once decoded.
public struct ImageInformation: Hashable, Sendable {
  /// The size in pixels, once upright.
  public var width: Int
  /// The height in pixels, once upright.
  public var height: Int
  /// Channels and bit depth as stored, with palettes and transparency expanded and CMYK as RGB.
  public var format: PixelFormat
  /// How the file is encoded.
  public var codec: Codec
  /// The orientation of the stored image.
  public var orientation: Orientation
}
