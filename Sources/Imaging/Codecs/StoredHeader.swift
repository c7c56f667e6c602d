internal import CGlimpseCodecs

/// A file's header: the image as stored, before its orientation is applied.
struct StoredHeader {
  var width: Int
  var height: Int
  var format: PixelFormat
  /// The maximum number of pixels that one byte of the file can encode, or 0 where there is no bound.
  var pixelsPerByte: Double

  /// Nil for impossible values.
  init?(_ header: gc_header) {
    guard header.width > 0, header.height > 0, (1...4).contains(header.channels),
      header.bit_depth == 8 || header.bit_depth == 16
    else { return nil }
    width = Int(header.width)
    height = Int(header.height)
    format = PixelFormat(channels: Int(header.channels), bitDepth: Int(header.bit_depth))
    pixelsPerByte = header.pixels_per_byte
  }
}

/// The result of a codec, before its orientation is applied.
typealias StoredPixels = (image: Image, warnings: [String])

extension gc_report {
  var failure: String {
    let text = Self.text(message)
    return text.isEmpty ? "the decoder gave no reason" : text
  }

  /// The first warning of missing or corrupt pixels, or nil.
  var damageText: String? { damage == 0 ? nil : Self.text(damage_text) }

  /// The first other warning, with their number, or nil.
  var warningText: String? {
    let text = Self.text(warning)
    if text.isEmpty { return nil }
    return warnings > 1 ? "\(text) (the first of \(warnings) warnings)" : text
  }

  /// The text of a C array of characters, which Swift imports as a tuple.
  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// The error of a failed call.
  func error(status: Int32, name: String, codec: Codec) -> ImagingError {
    if Int(status) == GC_NO_MEMORY { return .outOfMemory(name: name) }
    if Int(status) == GC_UNSUPPORTED {
      return .unsupported(name: name, codec: codec, reason: failure)
    }
    if codec == .png, damage & Int32(GC_ENDS_EARLY) != 0 {
      return .endsEarly(name: name, codec: codec, reason: failure)
    }
    return .corrupt(name: name, codec: codec, reason: failure)
  }
}
