/// An image out of a file, with what is worth knowing about how it came out.
public struct DecodedImage: Hashable, Sendable {
  /// The image, upright: any EXIF orientation is applied.
  public var image: Image
  /// The width in pixels of the upright image in full size, before any scaled decoding.
  public var originalWidth: Int
  /// The height in pixels of the upright image in full size, before any scaled decoding.
  public var originalHeight: Int
  /// What was wrong with the file without making it useless, a phrase each.
  public var warnings: [String]
}

/// What an image's header says, as it would come out of a decoder.
public struct ImageInformation: Hashable, Sendable {
  /// The width in pixels once upright.
  public var width: Int
  /// The height in pixels once upright.
  public var height: Int
  /// Channels and bit depth as stored, with palettes and transparency expanded and CMYK as RGB.
  public var format: PixelFormat
  /// The format of the file.
  public var codec: Codec
  /// How the stored image is turned to stand upright.
  public var orientation: Orientation
}
