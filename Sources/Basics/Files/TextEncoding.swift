/// Byte-order marks, and the conversion of UTF-16 to UTF-8.
///
/// Programs on Windows write UTF-8 with a mark, and PowerShell's `>` writes UTF-16.
package enum TextEncoding {
  /// The text of a file as UTF-8; nil if its bytes have no UTF-16 mark, so that they can be used as
  /// they are.
  ///
  /// - Throws: for UTF-32, and for invalid UTF-16.
  static func utf8(
    from bytes: some RandomAccessCollection<UInt8>, file: String
  ) throws(FileError) -> [UInt8]? {
    let head = Array(bytes.prefix(4))
    if head == [0xFF, 0xFE, 0, 0] || head == [0, 0, 0xFE, 0xFF] {
      throw FileError(.read, file, isOfContent: true, "its text is UTF-32; save the file as UTF-8")
    }
    let isLittle = head.starts(with: [0xFF, 0xFE])
    guard isLittle || head.starts(with: [0xFE, 0xFF]) else { return nil }
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    var rest = bytes.dropFirst(2)
    while let first = rest.popFirst(), let second = rest.popFirst() {
      units.append(
        isLittle ? UInt16(second) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(second))
    }
    guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) else {
      throw FileError(
        .read, file, isOfContent: true,
        "its byte-order mark is that of UTF-16, but its text is not; save it as UTF-8")
    }
    return Array(text.utf8)
  }

  /// The bytes of a text file as UTF-8; a UTF-8 mark stays.
  package static func utf8(_ bytes: [UInt8], file: String) throws(FileError) -> [UInt8] {
    try utf8(from: bytes, file: file) ?? bytes
  }

  /// The text of a JSON file as UTF-8; nil if its bytes can be used as they are.
  ///
  /// JSON begins with ASCII characters, which show UTF-16 without a byte-order mark.
  package static func json(
    _ bytes: some RandomAccessCollection<UInt8>, file: String
  ) throws(FileError) -> [UInt8]? {
    if bytes.count.isMultiple(of: 2), let order = unmarkedUTF16(Array(bytes.prefix(8))) {
      return try utf8(Array(bytes), order, file: file)
    }
    return try utf8(from: bytes, file: file)
  }

  /// The byte order of UTF-16, named as in its encoding names.
  package enum ByteOrder: String, CustomStringConvertible {
    case little = "little-endian"
    case big = "big-endian"

    package var description: String { rawValue }
  }

  /// The byte order of UTF-16 without a byte-order mark, by the zero bytes of its first characters;
  /// nil for other texts.
  package static func unmarkedUTF16(_ bytes: [UInt8]) -> ByteOrder? {
    guard bytes.count >= 4, bytes.count % 2 == 0 else { return nil }
    let end = min(bytes.count, 8)
    let (even, odd) = (
      stride(from: 0, to: end, by: 2).map { bytes[$0] },
      stride(from: 1, to: end, by: 2).map { bytes[$0] }
    )
    if odd.allSatisfy({ $0 == 0 }), !even.contains(0) { return .little }
    if even.allSatisfy({ $0 == 0 }), !odd.contains(0) { return .big }
    return nil
  }

  /// Decodes UTF-16 without a byte-order mark to UTF-8.
  package static func utf8(
    _ bytes: [UInt8], _ order: ByteOrder, file: String
  ) throws(FileError) -> [UInt8] {
    try utf8((order == .little ? [0xFF, 0xFE] : [0xFE, 0xFF]) + bytes, file: file)
  }
}
