internal import CGlimpseCodecs

/// PNG, by libpng.
enum PNGCodec {
  static func header(_ bytes: [UInt8], name: String) throws(ImagingError) -> StoredHeader {
    var header = gc_header()
    var report = gc_report()
    let status = gc_png_header(bytes, bytes.count, &header, &report)
    guard Int(status) == GC_OK, let stored = StoredHeader(header) else {
      throw report.error(status: status, name: name, codec: .png)
    }
    return stored
  }

  /// Decodes to the policy's format, except that color is not converted to gray.
  static func decode(
    _ bytes: [UInt8], name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    var format = policy.format ?? header.format
    if header.format.channels >= 3 && format.channels <= 2 { format.channels += 2 }
    // Color behind transparent pixels is arbitrary; gray without alpha is for masks.
    let isComposited = policy.format?.channels == 3 && header.format.channels % 2 == 0
    if isComposited { format.channels = 4 }
    let size = header.width * header.height * format.bytesPerPixel
    var report = gc_report()
    var status = Int32(GC_OK)
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      status = gc_png_decode(
        bytes, bytes.count, Int32(format.channels), Int32(format.bitDepth), buffer.baseAddress,
        size, &report)
      count = Int(status) == GC_OK ? size : 0
    }
    guard Int(status) == GC_OK else {
      throw report.error(status: status, name: name, codec: .png)
    }
    let image = Image(width: header.width, height: header.height, format: format, bytes: pixels)
    return (
      image: isComposited ? image.composited(over: DecodePolicy.background) : image,
      warnings: [report.warningText].compactMap(\.self)
    )
  }

  static func encode(_ image: Image, name: String) throws(ImagingError) -> [UInt8] {
    guard max(image.width, image.height) <= Int(Int32.max) else {
      throw .unencodable(
        name: name, codec: .png,
        reason: "a side has at most 2147483647 pixels, but it is \(image.width)x\(image.height)")
    }
    var made = gc_bytes()
    var report = gc_report()
    let status = gc_png_encode(
      image.bytes, UInt32(image.width), UInt32(image.height), Int32(image.format.channels),
      Int32(image.format.bitDepth), &made, &report)
    defer { gc_bytes_free(&made) }
    guard Int(status) == GC_OK else {
      throw Int(status) == GC_NO_MEMORY
        ? .outOfMemory(name: name)
        : .unencodable(name: name, codec: .png, reason: report.failure)
    }
    return [UInt8](UnsafeBufferPointer(start: made.bytes, count: made.count))
  }
}
