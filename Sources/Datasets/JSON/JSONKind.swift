import Basics

/// What sort of label file a JSON text is, by its first keys.
enum JSONKind {
  /// An object with `images`, `annotations` and `categories`.
  case coco
  /// A list of images.
  case createML
  /// An object with `shapes`.
  case labelMe
  /// None of these, or no JSON.
  case other

  /// Looks into a file, no farther than the first key that tells.
  init(of path: String) {
    self = .other
    guard let file = try? MappedFile(path) else { return }
    withExtendedLifetime(file) {
      var scanner = JSONScanner(file.bytes)
      if scanner.peek() == UInt8(ascii: "[") {
        self = .createML
      } else if let kind = try? Self.kind(ofObject: &scanner) {
        self = kind
      }
    }
  }

  private static func kind(ofObject scanner: inout JSONScanner) throws(JSONFault) -> JSONKind {
    var members = try scanner.object("a label file")
    while let key = try scanner.key(&members) {
      if ["images", "annotations", "categories"].contains(where: { scanner.matches(key, $0) }) {
        return .coco
      }
      if ["shapes", "imagePath", "imageData"].contains(where: { scanner.matches(key, $0) }) {
        return .labelMe
      }
      try scanner.skip()
    }
    return .other
  }
}
