import Imaging

/// What an image file says about itself, without any label.
package struct ImageRecord: Hashable, Sendable {
  /// The size of the file, in bytes.
  package var byteCount: Int
  /// The width in pixels, once upright.
  package var width: Int
  /// The height in pixels, once upright.
  package var height: Int
  /// How the stored image is turned to stand upright.
  package var orientation: Orientation
  /// The format of the file's content, whatever its name ends with.
  package var codec: Codec
  /// What only decoding tells; nil where just the header was read.
  package var content: ImageContent?

  /// The width in pixels as the file holds it, before it is turned upright.
  package var storedWidth: Int { orientation.swapsSides ? height : width }
  /// The height in pixels as the file holds it, before it is turned upright.
  package var storedHeight: Int { orientation.swapsSides ? width : height }

  /// Reads the header of an image file of a known size.
  ///
  /// Throws `ImagingError` as `ImageFile.information(_:)` does.
  init(headerOf path: String, byteCount: Int) throws(ImagingError) {
    self.init(try ImageFile.information(path), byteCount: byteCount)
  }

  /// Reads and decodes a whole image file.
  ///
  /// Throws `ImagingError` where it cannot be decoded, ends early or is garbled.
  init(examining path: String) throws(ImagingError) {
    let bytes = try ImageFile.bytes(path)
    let decoded = try ImageFile.decode(bytes, name: path)
    self.init(try ImageFile.information(of: bytes, name: path), byteCount: bytes.count)
    content = ImageContent(bytes: bytes, image: decoded.image, warnings: decoded.warnings)
  }

  private init(_ information: ImageInformation, byteCount: Int) {
    self.init(
      byteCount: byteCount, width: information.width, height: information.height,
      orientation: information.orientation, codec: information.codec)
  }

  /// Makes facts from their parts.
  init(
    byteCount: Int, width: Int, height: Int, orientation: Orientation, codec: Codec,
    content: ImageContent? = nil
  ) {
    self.byteCount = byteCount
    self.width = width
    self.height = height
    self.orientation = orientation
    self.codec = codec
    self.content = content
  }
}

/// What decoding an image file tells beyond its header.
package struct ImageContent: Hashable, Sendable {
  /// Of the file's bytes: equal for exact copies.
  package var bytes: Fingerprint
  /// Of the upright pixels in RGB and their size: equal for copies that were only packed anew.
  package var pixels: Fingerprint
  /// What it looks like from afar.
  package var look: ImageSignature
  /// What was wrong with the file without making it useless, a phrase each.
  package var warnings: [String]

  /// Sums up a file's bytes and the upright image that they were decoded to, in 8-bit RGB.
  init(bytes: [UInt8], image: Image, warnings: [String]) {
    self.bytes = Fingerprint(bytes)
    pixels = Fingerprint(
      "\(image.width)x\(image.height):\(Fingerprint(image.bytes).digits)")
    look = ImageSignature(image)
    self.warnings = warnings
  }

  /// Makes the content from its parts.
  init(bytes: Fingerprint, pixels: Fingerprint, look: ImageSignature, warnings: [String]) {
    self.bytes = bytes
    self.pixels = pixels
    self.look = look
    self.warnings = warnings
  }
}
