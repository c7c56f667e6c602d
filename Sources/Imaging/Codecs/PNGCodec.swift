internal import CGlimpseCodecs

/// PNG, through libpng.
enum PNGCodec {
  /// Decodes to the policy's format, except that color is not converted to gray.
  static func decode(
    _ bytes: [UInt8], name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    var format = policy.format ?? header.format
    if header.format.channels >= 3 && format.channels <= 2 { format.channels += 2 }
    // Color behind transparent pixels is arbitrary; gray without alpha is for masks.
    let isComposited = policy.format?.channels == 3 && header.format.channels % 2 == 0
    if isComposited { format.channels = 4 }
    let isReduced = header.format.bitDepth == 16 && format.bitDepth == 8
    if isReduced { format.bitDepth = 16 }
    let size = header.width * header.height * format.bytesPerPixel
    let (pixels, report) = try Codec.png.decode(name: name, size: size) { pixels, report in
      gc_png_decode(
        bytes, bytes.count, Int32(format.channels), Int32(format.bitDepth), pixels, size, &report)
    }
    var image = Image(width: header.width, height: header.height, format: format, bytes: pixels)
    var warnings = [report.warningText].compactMap(\.self)
    if isReduced {
      let bits = image.significantBits
      if bits < 16 {
        warnings.append(
          "its samples have 16 bits, but are at most \(1 << bits - 1): they are read as samples of "
            + "\(bits) bits")
      }
      image = image.with8Bits(ofSignificant: bits)
    }
    return (
      image: isComposited ? image.composited(over: DecodePolicy.background) : image,
      warnings: warnings
    )
  }

  static func encode(_ image: Image, name: String) throws(ImagingError) -> [UInt8] {
    try Codec.png.encode(image, name: name, longestSide: Int(Int32.max)) { made, report in
      gc_png_encode(
        image.bytes, UInt32(image.width), UInt32(image.height), Int32(image.format.channels),
        Int32(image.format.bitDepth), &made, &report)
    }
  }
}
