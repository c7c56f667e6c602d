import Basics

/// The members of an object read so far, to reject repeated keys (public because `JSONScanner` is).
public struct MemberSet {
  @usableFromInline var met: UInt64 = 0

  @inlinable package init() {}

  /// Whether a key is the given member, which is then marked as read; throws if it is repeated.
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
  /// Whether the next value is 1 or true; other values are skipped.
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

  /// Reads the next key of an object and its colon; nil after the last member. Members whose value
  /// is null or an empty object are passed over: they are absent.
  package mutating func member(_ object: inout Container) throws(JSONFault) -> Text? {
    while let key = try key(&object) {
      switch peek() {
      case UInt8(ascii: "n"): try skip()
      case UInt8(ascii: "{"):
        var value = self
        guard value.take(UInt8(ascii: "{")), value.take(UInt8(ascii: "}")) else { return key }
        self = value
      default: return key
      }
    }
    return nil
  }

  /// Parses the elements of a list; those that are valid JSON but violate the format are skipped.
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

  /// Begins the list that is the value of a key.
  package mutating func list(_ name: StaticString) throws(JSONFault) -> Container {
    guard peek() == UInt8(ascii: "[") else {
      throw unexpected("the list of \"\(name)\"")
    }
    return try array("of a member")
  }
}
