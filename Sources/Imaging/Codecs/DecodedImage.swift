/// A picture out of a file, with what is worth knowing about how it came out.
public struct DecodedImage: Hashable, Sendable {
  /// The picture, upright: any EXIF orientation is applied.
  public var image: Image
  /// The width in pixels of the upright picture in full size, before any scaled decoding.
  public var originalWidth: Int
  /// The height in pixels of the upright picture in full size, before any scaled decoding.
  public var originalHeight: Int
  /// What was wrong with the file without making it useless, a phrase each.
  public var warnings: [String]
}

/// What a picture's header says, as it would come out of a decoder.
public struct ImageInformation: Hashable, Sendable {
  /// The width in pixels once upright.
  public var width: Int
  /// The height in pixels once upright.
  public var height: Int
  /// Channels and bit depth as stored, with palettes and transparency expanded and CMYK as RGB.
  public var format: PixelFormat
  /// The format of the file.
  public var codec: Codec
  /// How the stored picture is turned to stand upright.
  public var orientation: Orientation
}
