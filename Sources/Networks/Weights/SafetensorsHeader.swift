import Foundation

/// The header of a safetensors file: a dictionary with one key, `__metadata__`, of another kind.
struct SafetensorsHeader: Codable {
  /// One tensor as the header describes it; nothing is checked yet.
  struct Stored: Codable {
    var dtype: String
    var shape: [Int]
    // The format's own spelling.
    var data_offsets: [Int]

    var begin: Int { data_offsets.count == 2 ? data_offsets[0] : -1 }
    var end: Int { data_offsets.count == 2 ? data_offsets[1] : -1 }

    /// The bytes that the shape takes; nil where an extent is negative or the product too large.
    func size(elementBytes: Int) -> Int? {
      var size = elementBytes
      for extent in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        size = product
      }
      return size
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    static let metadata = Key(stringValue: "__metadata__")
  }

  /// Free text; nil where the file has none.
  var metadata: [String: String]?
  var tensors: [String: Stored]

  init(metadata: [String: String]?, tensors: [String: Stored]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if container.contains(.metadata) {
      metadata = try container.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
    }
    tensors = [:]
    for key in container.allKeys where key.stringValue != Key.metadata.stringValue {
      tensors[key.stringValue] = try container.decode(Stored.self, forKey: key)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(metadata, forKey: .metadata)
    for (name, stored) in tensors {
      try container.encode(stored, forKey: Key(stringValue: name))
    }
  }

  /// The tensors in the order of their data; those without data before others of the same place.
  var inOrder: [(name: String, stored: Stored)] {
    tensors.map { (name: $0.key, stored: $0.value) }.sorted {
      ($0.stored.begin, $0.stored.end, $0.name) < ($1.stored.begin, $1.stored.end, $1.name)
    }
  }
}

extension SafetensorsHeader {
  /// Reads the JSON; throws a clause for a message.
  init(json: ArraySlice<UInt8>) throws(NetworksError) {
    guard json.first == UInt8(ascii: "{") else {
      throw NetworksError("its header does not begin with {")
    }
    do {
      self = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(json))
    } catch {
      throw NetworksError("its header is not a valid safetensors header")
    }
    // The decoder keeps one of two equal keys silently; in valid JSON, keys can be counted.
    guard Self.outerKeyCount(json) == tensors.count + (metadata == nil ? 0 : 1) else {
      throw NetworksError("its header has a key twice")
    }
  }

  /// The colons of the outermost dictionary of valid JSON.
  private static func outerKeyCount(_ json: ArraySlice<UInt8>) -> Int {
    var (count, depth) = (0, 0)
    var (isInString, isEscaped) = (false, false)
    for byte in json {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 1: count += 1
      default: break
      }
    }
    return count
  }
}
