import Imaging

/// The cached properties of an image file: its header and, if it was decoded, its content.
package struct ImageRecord: Hashable, Codable, Sendable {
  /// The size of the file, in bytes.
  package var byteCount: Int
  /// The size of the upright image, in pixels.
  package var width: Int
  package var height: Int
  /// The EXIF orientation of the stored image.
  package var orientation: Orientation
  /// The file format by content, regardless of the file extension.
  package var codec: Codec
  /// Nil if only the header was read.
  package var content: ImageContent?

  /// The size in pixels as stored, before the orientation is applied.
  package var storedWidth: Int { orientation.swapsSides ? height : width }
  package var storedHeight: Int { orientation.swapsSides ? width : height }
}

extension ImageRecord {
  /// Reads and decodes a whole image file.
  ///
  /// Throws `ImagingError` if the file cannot be decoded. Damaged JPEGs are decoded with a warning.
  init(decoding path: String) throws(ImagingError) {
    let bytes = try ImageFile.bytes(path)
    let decoded = try ImageFile.decode(bytes, name: path)
    self.init(try ImageFile.information(of: bytes, name: path), byteCount: bytes.count)
    content = ImageContent(bytes: bytes, image: decoded.image, warnings: decoded.warnings)
  }

  /// Makes a record without content, from the file's header.
  init(_ information: ImageInformation, byteCount: Int) {
    self.init(
      byteCount: byteCount, width: information.width, height: information.height,
      orientation: information.orientation, codec: information.codec)
  }

  /// Whether two images are near-duplicates: similar signatures and equal aspect ratios, with a
  /// tolerance for rounding to whole pixels.
  package func isNearDuplicate(of other: ImageRecord) -> Bool {
    guard let signature = content?.signature, let otherSignature = other.content?.signature,
      signature.isSimilar(to: otherSignature)
    else { return false }
    let ratio = Double(width) * Double(other.height) / (Double(height) * Double(other.width))
    return abs(ratio - 1) < 0.04
  }
}

extension Codec: Codable {}
extension Orientation: Codable {}

/// Properties of an image file that require decoding.
package struct ImageContent: Hashable, Codable, Sendable {
  /// The fingerprint of the file's bytes: equal for exact copies.
  package var bytes: Fingerprint
  /// The fingerprint of the upright RGB pixels and their size: equal for losslessly recompressed
  /// copies.
  package var pixels: Fingerprint
  /// The perceptual hash and the thumbnail: similar for near-duplicates.
  package var signature: ImageSignature
  /// The decoder's warnings, one phrase each.
  package var warnings: [String]
}

extension ImageContent {
  /// Computes the content from a file's bytes and the upright 8-bit RGB image decoded from them.
  init(bytes: [UInt8], image: Image, warnings: [String]) {
    self.init(
      bytes: Fingerprint(bytes), pixels: Fingerprint(image.bytes, seed: UInt64(image.width)),
      signature: ImageSignature(image), warnings: warnings)
  }
}
