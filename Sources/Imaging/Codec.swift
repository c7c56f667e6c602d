import Basics

/// An image file format.
public enum Codec: String, CaseIterable, Hashable, Sendable {
  /// JPEG: 8 bits, lossy, no alpha.
  case jpeg
  /// PNG: 8 or 16 bits, lossless, with or without alpha.
  case png
}

extension Codec: CustomStringConvertible {
  /// The name in uppercase: "JPEG" or "PNG".
  public var description: String { rawValue.uppercased() }
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
