/// An image decoded from a file, possibly at a reduced size.
package struct DecodedImage: Hashable, Sendable {
  /// Upright: any EXIF orientation is applied.
  package var image: Image
  /// The size in pixels of the upright image, before any reduction.
  package var originalWidth: Int
  package var originalHeight: Int
  /// Defects of the file that did not prevent decoding, a phrase each.
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

/// The properties of an image by its file's header, once decoded.
package struct ImageInformation: Hashable, Sendable {
  /// The size in pixels, once upright.
  package var width: Int
  package var height: Int
  /// Channels and bit depth as stored, with palettes and transparency expanded and CMYK as RGB.
  package var format: PixelFormat
  package var codec: Codec
  /// The orientation of the stored image.
  package var orientation: Orientation
}
