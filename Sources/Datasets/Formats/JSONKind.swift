import Basics

/// The kind of label file that a JSON file is, determined from its first keys.
enum JSONKind {
  /// An object with lists `images`, `annotations` and `categories`.
  case coco
  /// A list of images with annotations.
  case createML
  /// An object with `shapes`.
  case labelMe
  /// None of these, or not JSON.
  case other

  /// The bytes that are read first: the first key that decides is rarely behind them.
  private static let headSize = 1 << 16

  /// Reads the file only up to the first key that decides.
  init(of path: String) {
    let head = try? FileContents.read(path, prefix: Self.headSize, limit: LoadedFile.sizeLimit)
    if let kind = head?.bytes.withUnsafeBufferPointer({ try? Self.kind(of: $0) }) {
      self = kind
    } else if let file = try? LoadedFile.json(path) {
      // Longer than the head, or UTF-16.
      self = withExtendedLifetime(file) { (try? Self.kind(of: file.bytes)) ?? .other }
    } else {
      self = .other
    }
  }

  private static func kind(of bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) -> JSONKind {
    var scanner = JSONScanner(bytes)
    if scanner.peek() == UInt8(ascii: "[") { return try kind(ofList: &scanner) }
    var members = try scanner.object("a label file")
    while let key = try scanner.key(&members) {
      if ["images", "annotations", "categories"].contains(where: { scanner.matches(key, $0) }),
        scanner.peek() == UInt8(ascii: "[")
      {
        return .coco
      }
      if ["shapes", "imagePath", "imageData"].contains(where: { scanner.matches(key, $0) }) {
        return .labelMe
      }
      try scanner.skip()
    }
    return .other
  }

  /// The kind of a list, by the keys of its first element; an empty list is one of no images.
  private static func kind(ofList scanner: inout JSONScanner) throws(JSONFault) -> JSONKind {
    var list = try scanner.array("of images")
    guard try scanner.element(&list) else { return .createML }
    guard scanner.peek() == UInt8(ascii: "{") else { return .other }
    var members = try scanner.object("an image")
    while let key = try scanner.key(&members) {
      if ["image", "imagefilename"].contains(where: { scanner.matches(key, $0) }) {
        return .createML
      }
      try scanner.skip()
    }
    return .other
  }
}
