/// Reads a list of paths line by line, so that it may be endless.
///
/// The forms are those of ``PathList``. Whether NUL or line breaks separate is decided by the first
/// piece of the stream; UTF-16 is read to its end first.
package struct PathListReader {
  private enum Separator {
    case line
    case carriageReturn
    case null
  }

  private let name: String
  private var buffer: StreamBuffer
  private var separator: Separator?
  private var number = 0
  /// The entries of a list in UTF-16, in reverse order.
  private var entries: [PathList.Entry]?

  /// - Parameter name: The name of the list in messages.
  package init(_ stream: ByteStream, name: String) {
    self.name = name
    buffer = StreamBuffer(stream)
  }

  /// The next path; nil at the end.
  package mutating func next() throws(FileError) -> PathList.Entry? {
    if separator == nil { try begin() }
    if entries != nil { return entries?.popLast() }
    while true {
      guard let part = try nextPart() else { return nil }
      number += 1
      let bytes = separator == .null ? part[...] : PathList.trimmed(part[...])
      guard !bytes.isEmpty else { continue }
      let path = String(validating: bytes, as: UTF8.self)
      return PathList.Entry(
        path: path ?? FilePath.printable(bytes), isUTF8: path != nil, number: number)
    }
  }

  /// Decides on encoding and separator.
  private mutating func begin() throws(FileError) {
    // One piece only: a pipe may have no more for now.
    try buffer.readMore()
    let start = buffer.unread
    if TextEncoding.mayBeUTF16(start) {
      while !buffer.isAtEnd { try buffer.readMore() }
      entries = try PathList.entries(Array(buffer.unread), of: name).reversed()
    }
    let mark = JSONScanner.byteOrderMark
    if start.starts(with: mark) { _ = buffer.take(mark.count) }
    if start.contains(0) {
      separator = .null
    } else {
      // A carriage return without a line feed may be the first half of both.
      while !buffer.isAtEnd, !buffer.unread.contains(UInt8(ascii: "\n")),
        buffer.unread.contains(UInt8(ascii: "\r"))
      {
        try buffer.readMore()
      }
      let isOld =
        !buffer.unread.contains(UInt8(ascii: "\n")) && buffer.unread.contains(UInt8(ascii: "\r"))
      separator = isOld ? .carriageReturn : .line
    }
  }

  /// The bytes up to the next separator or the end.
  private mutating func nextPart() throws(FileError) -> [UInt8]? {
    let end: UInt8 =
      switch separator {
      case .null?: 0
      case .carriageReturn?: UInt8(ascii: "\r")
      default: UInt8(ascii: "\n")
      }
    var part = try buffer.take(upTo: end, limit: FileContents.textLimit)
    if end == UInt8(ascii: "\n"), part?.last == UInt8(ascii: "\r") { part?.removeLast() }
    return part
  }
}
