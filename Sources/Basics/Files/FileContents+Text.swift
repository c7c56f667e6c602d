extension FileContents {
  /// The text of a UTF-8 or UTF-16 file without its byte-order mark; nil if the file does not exist.
  package static func text(_ path: String) throws(FileError) -> String? {
    guard let bytes = try bytes(path) else { return nil }
    return try text(bytes, file: path)
  }

  /// Decodes UTF-8, or UTF-16 with a byte-order mark, without the mark; `file` is used in error
  /// messages.
  ///
  /// Zero bytes are errors: a text has none, and they would be parsed as a part of a value.
  package static func text(_ bytes: [UInt8], file: String) throws(FileError) -> String {
    func fail(_ reason: String, isBadLine: (ArraySlice<UInt8>) -> Bool) -> FileError {
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      return FileError(
        .read, file, line: lines.firstIndex(where: isBadLine).map { $0 + 1 }, isOfContent: true,
        reason)
    }
    let bytes = try TextEncoding.utf8(bytes, file: file) ?? bytes
    if let order = TextEncoding.unmarkedUTF16(bytes) {
      throw FileError(
        .read, file, isOfContent: true,
        "it is UTF-16 (\(order.rawValue)) without a byte-order mark; save the file as UTF-8")
    }
    guard let text = String(validating: TextEncoding.withoutMark(bytes), as: UTF8.self) else {
      if let kind = FileKind.nameUnlessText(of: bytes) {
        throw FileError(.read, file, isOfContent: true, "a text is expected, but it is \(kind)")
      }
      throw fail("it is not UTF-8; save the file in that encoding") {
        String(validating: $0, as: UTF8.self) == nil
      }
    }
    guard !bytes.contains(0) else {
      throw fail("it holds zero bytes (NUL), as a file that was not written to its end") {
        $0.contains(0)
      }
    }
    return text
  }

  /// The entries of a list file (see `PathList`); nil if it does not exist.
  package static func list(_ path: String) throws(FileError) -> [String]? {
    guard let bytes = try bytes(path) else { return nil }
    let entries = try PathList.entries(bytes, of: path)
    if let entry = entries.first(where: { !$0.isUTF8 }) {
      throw FileError(
        .read, path, line: entry.number, isOfContent: true,
        "it is not UTF-8; save the file in that encoding")
    }
    return entries.map(\.path)
  }

  /// The lines of a text without their terminators (LF, CR LF or CR).
  package static func lines(_ text: String) -> [Substring] {
    text.utf8.contains(UInt8(ascii: "\r"))
      ? text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
      : text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The text without leading and trailing spaces and tabs.
  package static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
