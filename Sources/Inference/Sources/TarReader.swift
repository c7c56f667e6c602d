import Basics

/// Reads the files of a tar archive in order (POSIX ustar and pax, GNU's long names), without unpacking.
struct TarReader {
  /// A regular file in the archive.
  struct Member {
    let path: String
    let size: Int
  }

  private static let block = 512
  private let name: String
  private var buffer: StreamBuffer
  /// Bytes of the current member that were not taken, with the padding after them.
  private var rest = 0

  init(_ stream: ByteStream) {
    name = stream.name
    buffer = StreamBuffer(stream)
  }

  /// Whether a path names an archive that can be read.
  static func recognizes(_ path: String) -> Bool { FilePath.ending(path) == "tar" }

  /// The next file; nil at the end. The content of the one before is skipped.
  ///
  /// - Throws: `FileError` for an archive that is damaged or ends early.
  mutating func next() throws(FileError) -> Member? {
    var longName: String?
    var longSize: Int?
    while true {
      guard try buffer.skip(rest) else { throw endsEarly }
      rest = 0
      guard try buffer.fill(Self.block) else {
        // Some writers leave the two blocks of zeros at the end out.
        guard buffer.count == 0 else { throw endsEarly }
        return nil
      }
      let header = buffer.take(Self.block)
      if header.allSatisfy({ $0 == 0 }) { return nil }
      guard Self.checksum(header) == Self.number(header[148..<156]),
        let stored = Self.number(header[124..<136]), stored >= 0
      else { throw damaged("the checksum of a header is wrong") }
      let size = longSize ?? stored
      rest = (size + Self.block - 1) / Self.block * Self.block
      switch header[156] {
      case UInt8(ascii: "L"):
        longName = String(decoding: try metadata(size).prefix { $0 != 0 }, as: UTF8.self)
      case UInt8(ascii: "x"):
        let fields = Self.fields(try metadata(size))
        longName = fields["path"] ?? longName
        longSize = fields["size"].flatMap(Int.init) ?? longSize
        if let longSize, longSize < 0 { throw damaged("a size is negative") }
      case UInt8(ascii: "g"), UInt8(ascii: "K"): break
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        return Member(path: longName ?? Self.path(header), size: size)
      default: (longName, longSize) = (nil, nil)
      }
    }
  }

  /// The content of the file that `next` returned.
  mutating func content(of member: Member) throws(FileError) -> [UInt8] {
    guard member.size <= 1 << 31 else { throw damaged("a member has \(member.size) bytes") }
    guard try buffer.fill(member.size) else { throw endsEarly }
    rest -= member.size
    return buffer.take(member.size)
  }

  /// The content of an extended header.
  private mutating func metadata(_ size: Int) throws(FileError) -> [UInt8] {
    guard size <= 1 << 20 else { throw damaged("an extended header has \(size) bytes") }
    guard try buffer.fill(size) else { throw endsEarly }
    rest -= size
    return buffer.take(size)
  }

  private var endsEarly: FileError { damaged("the archive ends early") }

  private func damaged(_ reason: String) -> FileError {
    FileError(.read, name, isOfContent: true, reason)
  }

  /// The records "LENGTH KEY=VALUE\n" of a pax header.
  private static func fields(_ bytes: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    var rest = bytes[...]
    while let blank = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      length > blank - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(blank + 1)..<(rest.startIndex + length)].dropLast()
      if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
        fields[String(decoding: record[..<equals], as: UTF8.self)] =
          String(decoding: record[(equals + 1)...], as: UTF8.self)
      }
      rest = rest.dropFirst(length)
    }
    return fields
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func path(_ header: [UInt8]) -> String {
    let name = text(header[0..<100])
    // GNU's own format has other fields in place of the prefix.
    let isPOSIX = header[257..<263].elementsEqual(Array("ustar\0".utf8))
    let prefix = isPOSIX ? text(header[345..<500]) : ""
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  /// A number in octal digits, or in base 256 with the first bit set; nil for others.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      guard first == 0x80, field.dropFirst().prefix(field.count - 8).allSatisfy({ $0 == 0 }) else {
        return nil
      }
      let value = field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
      return value
    }
    let digits = text(field).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }

  /// The sum of a header's bytes, with blanks in place of the checksum.
  private static func checksum(_ header: [UInt8]) -> Int {
    header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
  }
}
