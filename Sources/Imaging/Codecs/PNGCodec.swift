internal import CGlimpseCodecs

/// PNG, through libpng.
enum PNGCodec {
  static func header(_ bytes: [UInt8], name: String) throws(ImagingError) -> StoredHeader {
    try Codec.png.header(name: name, orientation: Exif.orientation(ofPNG: bytes)) {
      header, report in
      gc_png_header(bytes, bytes.count, &header, &report)
    }
  }

  /// Decodes to the policy's format, except that color is not converted to gray.
  static func decode(
    _ bytes: [UInt8], name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    var format = policy.format ?? header.format
    if header.format.channels >= 3 && format.channels <= 2 { format.channels += 2 }
    // Alpha is composited, and 16 bits are reduced, afterwards.
    if policy.format?.channels == 3, header.format.channels % 2 == 0 { format.channels = 4 }
    if header.format.bitDepth == 16 { format.bitDepth = 16 }
    let size = header.width * header.height * format.bytesPerPixel
    let (pixels, report) = try Codec.png.decode(name: name, size: size) { pixels, report in
      gc_png_decode(
        bytes, bytes.count, Int32(format.channels), Int32(format.bitDepth), pixels, size, &report)
    }
    return StoredPixels(
      image: Image(width: header.width, height: header.height, format: format, bytes: pixels),
      warnings: [report.warningText].compactMap(\.self)
    ).prepared(for: policy)
  }

  /// Whether pixels are indices of a palette, by the header.
  static func hasPalette(_ bytes: [UInt8]) -> Bool {
    // Signature, length and name of the header chunk, width, height and bit depth come before.
    bytes.count > 25 && bytes[25] == 3
  }

  /// The palette indices, 8-bit gray, and the palette: 256 entries of red, green and blue.
  static func indices(
    _ bytes: [UInt8], name: String, header: StoredHeader
  ) throws(ImagingError) -> (image: Image, palette: [UInt8]) {
    let size = header.width * header.height
    var palette = [UInt8](repeating: 0, count: 256 * 3)
    let (pixels, _) = try Codec.png.decode(name: name, size: size) { pixels, report in
      gc_png_decode_indices(bytes, bytes.count, &palette, pixels, size, &report)
    }
    let image = Image(
      width: header.width, height: header.height, format: .gray8, bytes: pixels)
    return (image, palette)
  }

  static func encode(_ image: Image, name: String) throws(ImagingError) -> [UInt8] {
    try Codec.png.encode(image, name: name, longestSide: Int(Int32.max)) { made, report in
      gc_png_encode(
        image.bytes, UInt32(image.width), UInt32(image.height), Int32(image.format.channels),
        Int32(image.format.bitDepth), &made, &report)
    }
  }
}
