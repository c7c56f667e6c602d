internal import CGlimpseCodecs

/// JPEG, through libjpeg.
enum JPEGCodec {
  /// The smallest decoding scale, in eighths, at which the longer side has at least the needed
  /// length.
  ///
  /// Only powers of two are used: libjpeg-turbo has SIMD code for them, while 5/8 and more take as
  /// long as the full size, and 3/8 longer than 4/8.
  static func eighths(of longerSide: Int, needed: Int?) -> Int {
    guard let needed else { return 8 }
    return [1, 2, 4].first { scaled(longerSide, eighths: $0) >= needed } ?? 8
  }

  /// The length of a side at a scale, rounded up as in libjpeg.
  static func scaled(_ side: Int, eighths: Int) -> Int { (side * eighths + 7) / 8 }

  static func header(_ bytes: [UInt8], name: String) throws(ImagingError) -> StoredHeader {
    try Codec.jpeg.header(name: name, orientation: Exif.orientation(ofJPEG: bytes)) {
      header, report in
      gc_jpeg_header(bytes, bytes.count, &header, &report)
    }
  }

  /// Decodes to gray or RGB of 8 bits, whichever is closer to the policy's format.
  static func decode(
    _ bytes: [UInt8], name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    do {
      return try decodeOnce(bytes, name: name, header: header, policy: policy)
    } catch {
      // libjpeg fails if data end within a segment between two scans; without that segment, the
      // scans before it can be decoded.
      guard policy.acceptsTruncated, case .corrupt = error, let end = lastSegment(in: bytes) else {
        throw error
      }
      let whole = try? decodeOnce(
        Array(bytes[..<end]), name: name, header: header, policy: policy)
      guard let whole else { throw error }
      return whole
    }
  }

  /// The start of the last segment (not a restart marker, which is part of a scan).
  private static func lastSegment(in bytes: [UInt8]) -> Int? {
    guard bytes.count > 4 else { return nil }
    return (2..<bytes.count - 1).last { at in
      bytes[at] == 0xFF && (0xC0...0xFE).contains(bytes[at + 1])
        && !(0xD0...0xD9).contains(bytes[at + 1])
    }
  }

  private static func decodeOnce(
    _ bytes: [UInt8], name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    let channels = (policy.format ?? header.format).channels <= 2 ? 1 : 3
    let eighths = eighths(
      of: max(header.width, header.height),
      needed: policy.neededLongerSide ?? policy.maximumLongerSide)
    let width = scaled(header.width, eighths: eighths)
    let height = scaled(header.height, eighths: eighths)
    let size = width * height * channels
    let (pixels, report) = try Codec.jpeg.decode(name: name, size: size) { pixels, report in
      gc_jpeg_decode(
        bytes, bytes.count, Int32(eighths), Int32(channels), pixels, size, &report)
    }
    if let reason = report.damageText, !policy.acceptsTruncated {
      throw report.damage & Int32(GC_ENDS_EARLY) != 0
        ? .endsEarly(name: name, codec: .jpeg, reason: reason)
        : .garbled(name: name, codec: .jpeg, reason: reason)
    }
    return StoredPixels(
      image: Image(
        width: width, height: height, format: PixelFormat(channels: channels), bytes: pixels),
      warnings: [report.damageText, report.warningText].compactMap(\.self)
    )
  }

  /// Encodes as gray or RGB of 8 bits; alpha is dropped.
  static func encode(_ image: Image, name: String, quality: Int) throws(ImagingError) -> [UInt8] {
    guard (1...100).contains(quality) else {
      throw .unencodable(name: name, codec: .jpeg, reason: "quality is 1 to 100, not \(quality)")
    }
    return try Codec.jpeg.encode(image, name: name, longestSide: 65_500) { made, report in
      let source = image.converted(to: image.format.channels <= 2 ? .gray8 : .rgb8)
      return gc_jpeg_encode(
        source.bytes, UInt32(source.width), UInt32(source.height), Int32(source.format.channels),
        Int32(quality), &made, &report)
    }
  }
}
