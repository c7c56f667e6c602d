/// Byte-order marks, and the conversion of UTF-16 to UTF-8.
///
/// Programs on Windows write UTF-8 with a mark, and PowerShell's `>` writes UTF-16.
package enum TextEncoding {
  /// The bytes of a text without a byte-order mark of UTF-8.
  package static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.dropFirst(bytes.starts(with: JSONScanner.byteOrderMark) ? 3 : 0)
  }

  /// The text of a UTF-16 file as UTF-8; nil for other files, whose bytes can be used as they are.
  ///
  /// - Parameter isMarkup: Whether the text begins with ASCII characters, such as JSON and XML; these
  ///   reveal UTF-16 without a byte-order mark.
  /// - Throws: for UTF-32, and for invalid UTF-16.
  package static func utf8(
    _ bytes: some RandomAccessCollection<UInt8>, isMarkup: Bool = false, file: String
  ) throws(FileError) -> [UInt8]? {
    let head = Array(bytes.prefix(4))
    if head == [0xFF, 0xFE, 0, 0] || head == [0, 0, 0xFE, 0xFF] {
      throw FileError(.read, file, isOfContent: true, "its text is UTF-32; save the file as UTF-8")
    }
    let marked: ByteOrder? =
      head.starts(with: [0xFF, 0xFE]) ? .little : head.starts(with: [0xFE, 0xFF]) ? .big : nil
    guard let order = marked ?? (isMarkup ? unmarkedUTF16(bytes) : nil) else { return nil }
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var rest = bytes.dropFirst(marked == nil ? 0 : 2)
    while let first = rest.popFirst(), let second = rest.popFirst() {
      let (low, high) = order == .little ? (first, second) : (second, first)
      units.append(UInt16(high) << 8 | UInt16(low))
    }
    guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) else {
      throw FileError(
        .read, file, isOfContent: true,
        "it begins as UTF-16 (\(order.rawValue)), but is not valid; save it as UTF-8")
    }
    return Array(text.utf8)
  }

  /// Whether bytes are the start of a text in UTF-16 or UTF-32, with a byte-order mark or without.
  static func mayBeUTF16(_ start: ArraySlice<UInt8>) -> Bool {
    [[0xFF, 0xFE], [0xFE, 0xFF], [0, 0, 0xFE, 0xFF]].contains { start.starts(with: $0) }
      || unmarkedUTF16(start.prefix(8)) != nil
  }

  /// The byte order of UTF-16, named as in its encoding names.
  package enum ByteOrder: String {
    case little = "little-endian"
    case big = "big-endian"
  }

  /// The byte order of UTF-16 without a byte-order mark, by the zero bytes of its first characters;
  /// nil for other texts.
  static func unmarkedUTF16(_ bytes: some RandomAccessCollection<UInt8>) -> ByteOrder? {
    guard bytes.count >= 4, bytes.count.isMultiple(of: 2) else { return nil }
    let isZero = bytes.prefix(8).map { $0 == 0 }
    let pattern = [isZero[0], isZero[1]]
    guard pattern[0] != pattern[1],
      isZero.indices.allSatisfy({ isZero[$0] == pattern[$0 % 2] })
    else { return nil }
    return pattern[1] ? .little : .big
  }
}
