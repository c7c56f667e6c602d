import Basics
import Imaging

/// Which members of an object have been met, so that none is taken twice.
struct MemberSet {
  private var met: UInt64 = 0

  /// Whether a key is this member's, which is noted; throws where it was there before.
  @inline(__always)
  mutating func takes(
    _ key: JSONScanner.Text, _ place: Int, _ name: StaticString, _ scanner: JSONScanner
  ) throws(JSONFault) -> Bool {
    guard scanner.matches(key, name) else { return false }
    guard !contains(place) else {
      throw JSONFault("the key \"\(name)\" stands twice in one object", at: scanner.offset)
    }
    met |= 1 << UInt64(place)
    return true
  }

  @inline(__always)
  func contains(_ place: Int) -> Bool { met & 1 << UInt64(place) != 0 }
}

extension JSONScanner {
  /// The four numbers of a COCO box.
  mutating func sizedBox() throws(JSONFault) -> SizedBox {
    let start = offset
    var list = try array("a box [x, y, width, height]")
    var box = SizedBox(x: 0, y: 0, width: 0, height: 0)
    var count = 0
    while try element(&list) {
      let value = try number()
      switch count {
      case 0: box.x = value
      case 1: box.y = value
      case 2: box.width = value
      case 3: box.height = value
      default: break
      }
      count += 1
    }
    guard count == 4 else {
      throw JSONFault(
        "a box is [x, y, width, height], but this list has \(count) numbers", at: start)
    }
    return box
  }

  /// Whether the next value is 1 or true; any other is passed over.
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

  /// Begins the list that is the value of a member of a COCO file.
  mutating func lines(_ name: StaticString) throws(JSONFault) -> Container {
    guard peek() == UInt8(ascii: "[") else {
      throw unexpected("the list of \"\(name)\"")
    }
    return try array("of a member")
  }
}
