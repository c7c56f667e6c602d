internal import CGlimpseCodecs
import Foundation

/// A file's header: the image as stored, before its orientation is applied.
struct StoredHeader {
  var width: Int
  var height: Int
  var format: PixelFormat
  /// The maximum number of pixels that one byte of the file can encode; 0 if there is no bound.
  var pixelsPerByte: Double
  /// The orientation; upright if the file has no valid one.
  var orientation = Orientation.upright
  /// Whether a library can decode the rows in order, without holding the whole image.
  var isSequential = false

  init(
    width: Int, height: Int, format: PixelFormat, pixelsPerByte: Double,
    orientation: Orientation = .upright
  ) {
    self.width = width
    self.height = height
    self.format = format
    self.pixelsPerByte = pixelsPerByte
    self.orientation = orientation
  }

  /// Nil if the values are invalid.
  init?(_ header: gc_header) {
    guard header.width > 0, header.height > 0, (1...4).contains(header.channels),
      header.bit_depth == 8 || header.bit_depth == 16
    else { return nil }
    width = Int(header.width)
    height = Int(header.height)
    format = PixelFormat(channels: Int(header.channels), bitDepth: Int(header.bit_depth))
    pixelsPerByte = header.pixels_per_byte
    isSequential = header.is_sequential != 0
  }
}

extension Codec {
  /// Reads a file's header by a library call.
  func header(
    name: String, orientation: Orientation,
    _ call: (_ header: inout gc_header, _ report: inout gc_report) -> Int32
  ) throws(ImagingError) -> StoredHeader {
    var header = gc_header()
    var report = gc_report()
    let status = call(&header, &report)
    guard Int(status) == GC_OK, var stored = StoredHeader(header) else {
      throw report.error(status: status, name: name, codec: self)
    }
    stored.orientation = orientation
    return stored
  }

  /// Decodes into `size` bytes by a library call.
  func decode(
    name: String, size: Int,
    _ call: (_ pixels: UnsafeMutablePointer<UInt8>?, _ report: inout gc_report) -> Int32
  ) throws(ImagingError) -> (pixels: [UInt8], report: gc_report) {
    guard Self.isAvailable(bytes: size) else { throw .outOfMemory(name: name) }
    var report = gc_report()
    var status = Int32(GC_OK)
    let pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      status = call(buffer.baseAddress, &report)
      count = Int(status) == GC_OK ? size : 0
    }
    guard Int(status) == GC_OK else { throw report.error(status: status, name: name, codec: self) }
    return (pixels, report)
  }

  /// Whether memory of a size can be allocated; an array that cannot be allocated ends the process.
  static func isAvailable(bytes: Int) -> Bool {
    guard bytes > 1 << 28 else { return true }
    guard let probe = malloc(bytes) else { return false }
    free(probe)
    return true
  }

  /// Encodes a file by a library call.
  func encode(
    _ image: Image, name: String, longestSide: Int,
    _ call: (_ made: inout gc_bytes, _ report: inout gc_report) -> Int32
  ) throws(ImagingError) -> [UInt8] {
    guard max(image.width, image.height) <= longestSide else {
      throw .unencodable(
        name: name, codec: self,
        reason:
          "a side has at most \(longestSide) pixels, but it is \(image.width)x\(image.height)")
    }
    var made = gc_bytes()
    var report = gc_report()
    let status = call(&made, &report)
    defer { gc_bytes_free(&made) }
    guard Int(status) == GC_OK else {
      throw Int(status) == GC_NO_MEMORY
        ? .outOfMemory(name: name)
        : .unencodable(name: name, codec: self, reason: report.failure)
    }
    return [UInt8](UnsafeBufferPointer(start: made.bytes, count: made.count))
  }
}

extension gc_report {
  var failure: String {
    let text = Self.text(message)
    return text.isEmpty ? "the decoder gave no reason" : text
  }

  /// The first warning of missing or corrupt pixels, or nil.
  var damageText: String? { damage == 0 ? nil : Self.text(damage_text) }

  /// The first other warning, and how many there are; nil if there is none.
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
