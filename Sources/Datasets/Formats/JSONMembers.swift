import Basics

/// The members of an object that have been read, so that none is read twice (public as `JSONScanner`).
public struct MemberSet {
  @usableFromInline var met: UInt64 = 0

  @inlinable package init() {}

  /// Whether a key is this member's, which is noted; throws where it was there before.
  @inlinable @inline(__always)
  package mutating func takes(
    _ key: JSONScanner.Text, _ place: Int, _ name: StaticString, _ scanner: JSONScanner
  ) throws(JSONFault) -> Bool {
    guard scanner.matches(key, name) else { return false }
    guard !contains(place) else {
      throw JSONFault("the key \"\(name)\" is repeated in one object", at: scanner.offset)
    }
    met |= 1 << UInt64(place)
    return true
  }

  @inlinable @inline(__always)
  package func contains(_ place: Int) -> Bool { met & 1 << UInt64(place) != 0 }
}

extension JSONScanner {
  /// Whether the next value is 1 or true; any other is ignored.
  mutating func isSet() throws(JSONFault) -> Bool {
    switch peek() {
    case UInt8(ascii: "t"):
      try skip()
      return true
    case let byte? where (0x30...0x39).contains(byte): return try number() == 1
    default:
      try skip()
      return false
    }
  }

  /// Skips the next value where it is null.
  mutating func skipNull() throws(JSONFault) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try skip()
    return true
  }

  /// Takes the elements of a list; those that are sound JSON, but not what is expected, are skipped.
  mutating func elements(
    of list: Container, _ take: (inout JSONScanner) throws(JSONFault) -> Void,
    skipping report: (JSONFault) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    var list = list
    while try element(&list) {
      let start = self
      do {
        try take(&self)
      } catch {
        try report(error)
        self = start
        try skip()
      }
    }
  }

  /// Begins the list that is the value of a member of a COCO file.
  package mutating func lines(_ name: StaticString) throws(JSONFault) -> Container {
    guard peek() == UInt8(ascii: "[") else {
      throw unexpected("the list of \"\(name)\"")
    }
    return try array("of a member")
  }
}

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

  /// Reads a file only up to the first key that decides.
  init(of path: String) {
    self = (try? Self.kind(of: MappedFile(path))) ?? .other
  }

  private static func kind(of file: MappedFile) throws -> JSONKind {
    defer { withExtendedLifetime(file) {} }
    var scanner = JSONScanner(file.bytes)
    if scanner.peek() == UInt8(ascii: "[") { return .createML }
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
