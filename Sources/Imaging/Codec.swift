import Basics

/// An image file format.
public enum Codec: String, CaseIterable, Hashable, Sendable {
  /// JPEG: 8 bits, lossy, no alpha.
  case jpeg
  /// PNG: 8 or 16 bits, lossless, with or without alpha.
  case png
  /// TIFF: 1 to 16 bits, with or without compression, alpha and several pages.
  case tiff
  /// BMP: 8 bits, mostly without compression; only read.
  case bmp
  /// Netpbm's PPM, PGM and PBM: 8 or 16 bits, without compression; only read.
  case netpbm

  /// Whether images can be encoded in this format, and not only decoded.
  public var isWritable: Bool { self != .bmp && self != .netpbm }

  /// Whether decoded pixels are exactly those that were encoded, such as class numbers of masks.
  package var isLossless: Bool { self != .jpeg }
}

extension Codec: CustomStringConvertible {
  /// The name: "JPEG", "PNG", "TIFF", "BMP" or "Netpbm".
  public var description: String { self == .netpbm ? "Netpbm" : rawValue.uppercased() }

  /// All names, for messages.
  static let names = allCases.map(\.description)
}

extension FilePath {
  private static let imageEndings = Set(Codec.allCases.flatMap(\.fileExtensions))

  /// Whether a path has an image file extension. The format of a file that is read is detected by
  /// content.
  public static func isImage(_ path: String) -> Bool { imageEndings.contains(ending(path)) }

  /// Whether a path has the file extension of an image, in a format that can be read or not.
  package static func isAnyImage(_ path: String) -> Bool {
    isImage(path) || UnreadableFormat(path: path) != nil
  }
}

extension Codec {
  /// The file extensions, lowercase without the dot, the most common one first.
  public var fileExtensions: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
    case .png: ["png"]
    case .tiff: ["tif", "tiff"]
    case .bmp: ["bmp", "dib"]
    case .netpbm: ["ppm", "pgm", "pbm", "pnm"]
    }
  }

  /// The codec of a path's file extension, ignoring case; nil if it is unknown.
  ///
  /// The name `.jpg` has no extension: it is a hidden file.
  public init?(path: String) {
    let ending = FilePath.ending(path)
    guard let codec = Codec.allCases.first(where: { $0.fileExtensions.contains(ending) }) else {
      return nil
    }
    self = codec
  }

  /// The codec of the signature at the start of a file; nil if it is unknown.
  public init?(signatureOf bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xD8]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if [
      [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
    ]
    .contains(where: bytes.starts(with:)) {
      self = .tiff  // "II" or "MM", and 42, or 43 for BigTIFF
    } else if bytes.starts(with: "BM".utf8), bytes.dropFirst(6).starts(with: [0, 0, 0, 0]) {
      self = .bmp
    } else if bytes.count > 2, bytes[0] == 0x50, (0x31...0x36).contains(bytes[1]),
      bytes[2] == 0x20 || bytes[2] == 0x23 || (0x09...0x0D).contains(bytes[2])
    {
      self = .netpbm  // P1 to P6 and white space or a comment
    } else {
      return nil
    }
  }

  /// What bytes without a known signature are, for an error message.
  static func guess(at bytes: [UInt8]) -> String {
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if has("PNG", at: 1) || has("IHDR", at: 12) {
      return "its PNG signature is damaged, as by a transfer in text mode"
    }
    if let kind = FileKind.name(of: bytes) { return "it is \(kind)" }
    let start = bytes.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "it begins with the bytes \(start.joined(separator: " "))"
  }
}
