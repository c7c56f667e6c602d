extension JSONScanner {
  /// Reads the next string and resolves its escapes.
  package mutating func string() throws(JSONFault) -> String {
    try string(text())
  }

  /// Reads a name: a string, or a number, whose digits are the name.
  package mutating func name() throws(JSONFault) -> String {
    guard let byte = peek(), byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) else {
      return try string()
    }
    let start = position
    _ = try number()
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// The string of a text range, with escapes resolved.
  ///
  /// - Throws: for invalid UTF-8, unknown escapes, and unpaired surrogates.
  @usableFromInline
  package func string(_ text: Text) throws(JSONFault) -> String {
    let bytes = bytes(of: text)
    guard let raw = String(validating: bytes, as: UTF8.self) else {
      throw JSONFault("a string is not UTF-8", at: text.start)
    }
    guard text.hasEscapes else { return raw }
    var units: [UInt16] = []
    units.reserveCapacity(raw.utf16.count)
    var rest = raw.utf16[...]
    while let unit = rest.popFirst() {
      guard unit == UInt16(UInt8(ascii: "\\")) else {
        units.append(unit)
        continue
      }
      guard let unit = Self.escaped(&rest) else {
        throw JSONFault("a string contains an invalid escape", at: text.start)
      }
      units.append(unit)
    }
    guard let result = String(validating: units, as: UTF16.self) else {
      throw JSONFault("a string contains an unpaired surrogate", at: text.start)
    }
    return result
  }

  /// Parses an escape after its backslash and removes it from `rest`; returns its UTF-16 unit.
  private static func escaped(_ rest: inout Substring.UTF16View) -> UInt16? {
    guard let sign = rest.popFirst(), let letter = UInt8(exactly: sign) else { return nil }
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return sign
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"):
      let digits = rest.prefix(4)
      guard digits.count == 4,
        let code = UInt16(String(decoding: Array(digits), as: UTF16.self), radix: 16),
        digits.allSatisfy({ $0 != UInt16(UInt8(ascii: "+")) })
      else { return nil }
      rest = rest.dropFirst(4)
      return code
    default: return nil
    }
  }
}
