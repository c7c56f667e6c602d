/// The result of a codec, before its orientation is applied.
struct StoredPixels {
  var image: Image
  /// Defects of the file that did not prevent decoding, one phrase each.
  var warnings: [String] = []

  /// The pixels in a policy's bit depth, and with transparent ones composited for RGB.
  func prepared(for policy: DecodePolicy) -> StoredPixels {
    var result = self
    if image.format.bitDepth == 16, policy.format?.bitDepth == 8 {
      let bits = image.significantBits
      if bits < 16 {
        result.warnings.append(
          "its samples have 16 bits, but are at most \(1 << bits - 1): they are read as samples of "
            + "\(bits) bits")
      }
      result.image = image.with8Bits(ofSignificant: bits)
    }
    // Color behind transparent pixels is arbitrary; gray without alpha is for masks.
    if let format = policy.format, format.channels == 3, image.format.channels % 2 == 0 {
      let depth = PixelFormat(channels: image.format.channels, bitDepth: format.bitDepth)
      result.image = result.image.converted(to: depth)
      result.image = result.image.composited(over: DecodePolicy.background)
    }
    return result
  }
}
