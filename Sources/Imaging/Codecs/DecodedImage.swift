/// An image decoded from a file, possibly at a reduced size.
package struct DecodedImage: Hashable, Sendable {
  /// The image, upright: any EXIF orientation is applied.
  package var image: Image
  /// The width in pixels of the upright image in full size, before any scaled decoding.
  package var originalWidth: Int
  /// The height in pixels of the upright image in full size, before any scaled decoding.
  package var originalHeight: Int
  /// What was wrong with the file without making it useless, a phrase each.
  package var warnings: [String]

  package init(image: Image, originalWidth: Int, originalHeight: Int, warnings: [String] = []) {
    self.image = image
    self.originalWidth = originalWidth
    self.originalHeight = originalHeight
    self.warnings = warnings
  }

  /// An image in full size.
  package init(_ image: Image) {
    self.init(image: image, originalWidth: image.width, originalHeight: image.height)
  }
}

/// What an image's header says, as it would come out of a decoder.
package struct ImageInformation: Hashable, Sendable {
  /// The width in pixels once upright.
  package var width: Int
  /// The height in pixels once upright.
  package var height: Int
  /// Channels and bit depth as stored, with palettes and transparency expanded and CMYK as RGB.
  package var format: PixelFormat
  /// The format of the file.
  package var codec: Codec
  /// How the stored image is turned to stand upright.
  package var orientation: Orientation
}
