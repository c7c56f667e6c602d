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
  public init?(path: String) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let ending = name[name.index(after: dot)...].lowercased()
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

  /// A guess at the format of bytes without a known signature, for an error message.
  static func guess(at bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "it is empty" }
    func has(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if has("PNG", at: 1) || has("IHDR", at: 12) {
      return "its PNG signature is damaged, as by a transfer in text mode"
    }
    let others: [(isIt: Bool, name: String)] = [
      (has("GIF8"), "GIF"), (has("RIFF") && has("WEBP", at: 8), "WebP"), (has("BM"), "BMP"),
      (has("II*\0") || has("MM\0*"), "TIFF"), (has("ftypavif", at: 4), "AVIF"),
      (has("ftyphei", at: 4) || has("ftypmif1", at: 4), "HEIC"), (has("jP  ", at: 4), "JPEG 2000"),
      (has("JXL ", at: 4) || bytes.starts(with: [0xFF, 0x0A]), "JPEG XL"), (has("%PDF"), "PDF"),
    ]
    if let other = others.first(where: \.isIt) {
      return "it looks like \(other.name), convert it first"
    }
    let start = bytes.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "it begins with the bytes \(start.joined(separator: " "))"
  }
}
