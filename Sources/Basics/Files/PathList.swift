/// Splits lists of paths: one path per line (LF, CR LF or CR), or paths separated by NUL, as
/// `find -print0` writes them.
package enum PathList {
  /// One path of a list.
  package struct Entry: Hashable, Sendable {
    /// The path, without spaces and tabs around it unless NUL separates. If it is not UTF-8, a
    /// printable form that names no file.
    package let path: String
    package let isUTF8: Bool
    /// Its number, from 1: that of its line, or of its field where NUL separates.
    package let number: Int
  }

  /// The paths of a list in UTF-8 or UTF-16 with a byte-order mark, without empty ones.
  ///
  /// - Parameter name: The name of the list in error messages.
  /// - Throws: `FileError` for UTF-16 without a byte-order mark, whose zero bytes look like
  ///   separators.
  package static func entries(
    _ bytes: [UInt8], of name: String
  ) throws(FileError) -> [Entry] {
    let decoded = try TextEncoding.utf8(bytes, file: name) ?? bytes
    guard TextEncoding.unmarkedUTF16(decoded) == nil else {
      throw FileError(.read, name, isOfContent: true, "it is UTF-16; save the list as UTF-8")
    }
    let bytes = TextEncoding.withoutMark(decoded)
    let isByNUL = bytes.contains(0)
    let parts = isByNUL ? bytes.split(separator: 0) : lines(bytes)
    return parts.enumerated().compactMap { index, part in
      let part = isByNUL ? part : trimmed(part)
      guard !part.isEmpty else { return nil }
      let path = String(validating: part, as: UTF8.self)
      return Entry(
        path: path ?? FilePath.printable(part), isUTF8: path != nil, number: index + 1)
    }
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    // An empty part between CR and LF would count as a line.
    guard bytes.contains(newline) else {
      return bytes.split(separator: carriageReturn, omittingEmptySubsequences: false)
    }
    return bytes.split(separator: newline, omittingEmptySubsequences: false).map { line in
      line.last == carriageReturn ? line.dropLast() : line
    }
  }

  static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blanks: [UInt8] = [0x20, 0x09]
    var line = line.drop { blanks.contains($0) }
    while let last = line.last, blanks.contains(last) { line.removeLast() }
    return line
  }
}
