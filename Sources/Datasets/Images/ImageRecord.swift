import Imaging

/// What is stored about an image file: its header and, once decoded, its content.
package struct ImageRecord: Hashable, Codable, Sendable {
  /// The size of the file, in bytes.
  package var byteCount: Int
  /// The size of the upright image, in pixels.
  package var width: Int
  package var height: Int
  /// How the stored image is oriented.
  package var orientation: Orientation
  /// The format of the file's content, whatever its name ends with.
  package var codec: Codec
  /// nil where only the header was read.
  package var content: ImageContent?

  /// The size in pixels as stored, before the orientation is applied.
  package var storedWidth: Int { orientation.swapsSides ? height : width }
  package var storedHeight: Int { orientation.swapsSides ? width : height }
}

extension ImageRecord {
  /// Reads and decodes a whole image file.
  ///
  /// Throws `ImagingError` where it cannot be decoded, ends early or is damaged.
  init(decoding path: String) throws(ImagingError) {
    let bytes = try ImageFile.bytes(path)
    let decoded = try ImageFile.decode(bytes, name: path)
    self.init(try ImageFile.information(of: bytes, name: path), byteCount: bytes.count)
    content = ImageContent(bytes: bytes, image: decoded.image, warnings: decoded.warnings)
  }

  /// A record without content.
  init(_ information: ImageInformation, byteCount: Int) {
    self.init(
      byteCount: byteCount, width: information.width, height: information.height,
      orientation: information.orientation, codec: information.codec)
  }

  /// Whether two images are near-duplicates: similar signatures, and an equal ratio of the sides
  /// within what rounding to whole pixels does to small images.
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

/// What decoding an image file yields beyond its header.
package struct ImageContent: Hashable, Codable, Sendable {
  /// Of the file's bytes: equal for exact copies.
  package var bytes: Fingerprint
  /// Of the upright RGB pixels and their size: equal for copies that were compressed again without loss.
  package var pixels: Fingerprint
  /// Similar for near-duplicates.
  package var signature: ImageSignature
  /// The decoder's warnings, a phrase each.
  package var warnings: [String]
}

extension ImageContent {
  /// The content of a file's bytes and of the upright 8-bit RGB image that they decode to.
  init(bytes: [UInt8], image: Image, warnings: [String]) {
    self.init(
      bytes: Fingerprint(bytes), pixels: Fingerprint(image.bytes, seed: UInt64(image.width)),
      signature: ImageSignature(image), warnings: warnings)
  }
}
