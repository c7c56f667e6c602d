import Foundation

/// Named tensors and text in one file: the safetensors format (Hugging Face, version 0.4).
///
/// Eight bytes give the header's length, the header is JSON, the rest is data. Nothing in a file is
/// trusted: lengths, names, types, shapes and ranges are checked against each other and against the
/// file when it is opened, so that reading a tensor later cannot fail.
package struct Safetensors: Sendable {
  /// One tensor's place.
  package struct Entry: Hashable, Sendable {
    /// The numbers' type; nil for the format's integers and 8-bit floats, which are not read.
    package let type: ElementType?
    /// The extents, outermost first; none for a single number.
    package let shape: [Int]
    /// Its bytes in the file.
    let range: Range<Int>
  }

  /// Where the bytes came from, for messages.
  package let name: String
  /// Free text by key: the header's `__metadata__`.
  package let metadata: [String: String]
  /// The tensors by name.
  package let entries: [String: Entry]
  private let bytes: [UInt8]

  /// The format's own limit; headers of public files are under a megabyte.
  static let largestHeader = 100_000_000
  /// The largest file, in bytes: everything is held in memory.
  static let largestFile = 8 << 30

  /// Opens a file.
  ///
  /// - Throws: `NetworksError` where it cannot be read or is not a valid safetensors file.
  package init(path: String) throws(NetworksError) {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let facts = try? FileManager.default.attributesOfItem(atPath: url.path)
    // A device or a pipe may never end.
    guard let facts, facts[.type] as? FileAttributeType == .typeRegular,
      let size = facts[.size] as? Int, size <= Self.largestFile,
      let data = FileManager.default.contents(atPath: url.path)
    else {
      throw NetworksError(
        "cannot read the weights file \(path): check that it exists, is a file of at most "
          + "\(Self.largestFile >> 30) GiB and may be read")
    }
    try self.init(bytes: [UInt8](data), name: path)
  }

  /// Opens a file's bytes; `name` is for messages.
  ///
  /// - Throws: `NetworksError` where they are not a valid safetensors file.
  package init(bytes: [UInt8], name: String) throws(NetworksError) {
    func failure(_ what: String) -> NetworksError {
      NetworksError("\(name) is not a valid safetensors file: \(what)")
    }
    guard bytes.count >= 8 else { throw failure("it has \(bytes.count) bytes, fewer than 8") }
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8), length <= UInt64(Self.largestHeader) else {
      throw failure(
        "its header should take \(length) bytes, and \(bytes.count - 8) follow (at most "
          + "\(Self.largestHeader) are allowed)")
    }
    let start = 8 + Int(length)
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(json: bytes[8..<start])
    } catch {
      throw failure(error.description)
    }
    var entries: [String: Entry] = [:]
    var next = 0
    for (tensor, stored) in header.inOrder {
      let type = ElementType(rawValue: stored.dtype)
      guard let width = type?.byteCount ?? ElementType.otherByteCounts[stored.dtype] else {
        throw failure(
          "\(printable(tensor)) has the type \(printable(stored.dtype)), which is none of the "
            + "format's")
      }
      // Ranges follow each other without gaps, so neither an overlap nor a lost tensor goes unseen.
      guard stored.begin == next, stored.end >= stored.begin, stored.end <= bytes.count - start
      else {
        throw failure(
          "\(printable(tensor)) lies at bytes \(stored.begin) to \(stored.end), where \(next) to at "
            + "most \(bytes.count - start) was expected")
      }
      guard let size = stored.size(elementBytes: width), size == stored.end - stored.begin else {
        throw failure(
          "\(printable(tensor)) has \(stored.end - stored.begin) bytes, which do not fill the shape "
            + "\(stored.shape.prefix(8)) of \(stored.dtype)")
      }
      next = stored.end
      entries[tensor] = Entry(
        type: type, shape: stored.shape, range: start + stored.begin..<start + stored.end)
    }
    guard start + next == bytes.count else {
      throw failure("\(bytes.count - start - next) bytes at its end belong to no tensor")
    }
    self.name = name
    self.bytes = bytes
    self.entries = entries
    metadata = header.metadata ?? [:]
  }

  /// A tensor's numbers as floats; nil where there is none of that name, or not of floats.
  package func values(_ tensor: String) -> [Float]? {
    entries[tensor].flatMap { entry in entry.type?.decode(bytes[entry.range]) }
  }
}

/// A text out of a file as a terminal may show it: without control characters, cut to a length.
func printable(_ text: String, limit: Int = 80) -> String {
  let visible = text.unicodeScalars.prefix(limit).map { scalar in
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "?"
    default: String(scalar)
    }
  }.joined()
  return text.unicodeScalars.count > limit ? visible + "..." : visible
}
