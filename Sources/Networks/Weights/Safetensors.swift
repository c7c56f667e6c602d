import Foundation

/// Named tensors and text in one file: the safetensors format (Hugging Face, version 0.4).
///
/// Eight bytes give the header's length, the header is JSON, the rest is data. Nothing in a file is
/// trusted: lengths, types, shapes and ranges are checked against each other and against the file
/// when it is opened, so that reading a tensor later cannot fail.
public struct Safetensors: Sendable {
  /// One tensor's place.
  public struct Entry: Hashable, Sendable {
    /// The numbers' type.
    public let type: ElementType
    /// The extents, outermost first; none for a single number.
    public let shape: [Int]
    /// Its bytes in the file.
    let range: Range<Int>
  }

  /// Where the bytes came from, for messages.
  public let name: String
  /// Free text by key: the header's `__metadata__`.
  public let metadata: [String: String]
  /// The tensors by name.
  public let entries: [String: Entry]
  private let bytes: [UInt8]

  /// Headers of public files are under a megabyte; a larger one is a mistake or an attack.
  static let largestHeader = 100 << 20

  /// Opens a file.
  public init(path: String) throws(NetworksError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw NetworksError(
        "cannot read the weights file \(path): check that it exists and may be read")
    }
    try self.init(bytes: [UInt8](data), name: path)
  }

  /// Opens a file's bytes; `name` is for messages.
  public init(bytes: [UInt8], name: String) throws(NetworksError) {
    func failure(_ what: String) -> NetworksError {
      NetworksError("\(name) is not a valid safetensors file: \(what)")
    }
    guard bytes.count >= 8 else { throw failure("it has \(bytes.count) bytes, fewer than 8") }
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(bytes.count - 8, Self.largestHeader)) else {
      throw failure("its header should take \(length) bytes, and \(bytes.count - 8) follow")
    }
    let start = 8 + Int(length)
    let header: SafetensorsHeader
    do {
      header = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes[8..<start]))
    } catch {
      throw failure("its header is not the JSON that the format asks for")
    }
    var entries: [String: Entry] = [:]
    var next = 0
    for (tensor, stored) in header.tensors.sorted(by: { $0.value.begin < $1.value.begin }) {
      guard let type = ElementType(rawValue: stored.dtype) else {
        throw failure("\(tensor) has type \(stored.dtype); known are F32, F16, BF16 and F64")
      }
      // Ranges follow each other without gaps, so neither an overlap nor a lost tensor goes unseen.
      guard stored.begin == next, stored.end >= stored.begin, stored.end <= bytes.count - start
      else {
        throw failure(
          "\(tensor) lies at bytes \(stored.begin) to \(stored.end), where \(next) to at most "
            + "\(bytes.count - start) was expected")
      }
      var size = type.byteCount
      for extent in stored.shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { throw failure("\(tensor) has shape \(stored.shape)") }
        size = product
      }
      guard size == stored.end - stored.begin else {
        throw failure(
          "\(tensor) has \(stored.end - stored.begin) bytes, and shape \(stored.shape) of "
            + "\(stored.dtype) takes \(size)")
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
    metadata = header.metadata
  }

  /// A tensor's numbers as floats; nil where there is none of that name.
  public func values(_ tensor: String) -> [Float]? {
    entries[tensor].map { $0.type.decode(bytes[$0.range]) }
  }
}

/// The header as JSON has it: a dictionary with one key, `__metadata__`, of another kind.
struct SafetensorsHeader: Codable {
  struct Stored: Codable {
    var dtype: String
    var shape: [Int]
    // The format's own spelling.
    var data_offsets: [Int]

    var begin: Int { data_offsets.count == 2 ? data_offsets[0] : -1 }
    var end: Int { data_offsets.count == 2 ? data_offsets[1] : -1 }
  }

  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    static let metadata = Key(stringValue: "__metadata__")
  }

  var metadata: [String: String]
  var tensors: [String: Stored]

  init(metadata: [String: String], tensors: [String: Stored]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
    tensors = [:]
    for key in container.allKeys where key.stringValue != Key.metadata.stringValue {
      tensors[key.stringValue] = try container.decode(Stored.self, forKey: key)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(metadata, forKey: .metadata)
    for (name, stored) in tensors {
      try container.encode(stored, forKey: Key(stringValue: name))
    }
  }
}
