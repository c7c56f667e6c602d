import Basics

/// The header of a safetensors file: an object with one entry per tensor, and `__metadata__`.
struct SafetensorsHeader {
  /// The header entry of one tensor, not validated.
  struct Stored {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    var begin: Int { offsets.count == 2 ? offsets[0] : -1 }
    var end: Int { offsets.count == 2 ? offsets[1] : -1 }

    /// The size of the tensor in bytes; nil if an extent is negative or the product overflows.
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

  private static let metadataKey = "__metadata__"

  /// The `__metadata__`: text by key.
  var metadata: [String: String]
  var tensors: [String: Stored] = [:]

  init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// The tensors sorted by data offset; empty tensors precede others at the same offset.
  var inOrder: [(key: String, value: Stored)] {
    tensors.sorted {
      ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key)
    }
  }

  /// The header as JSON with sorted keys.
  var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      for key in (Array(tensors.keys) + [Self.metadataKey]).sorted() {
        if let stored = tensors[key] {
          json.object(key) {
            $0.member("data_offsets", stored.offsets)
            $0.member("dtype", stored.dtype)
            $0.member("shape", stored.shape)
          }
        } else {
          json.object(key) { json in
            for (key, text) in metadata.sorted(by: { $0.key < $1.key }) { json.member(key, text) }
          }
        }
      }
    }
    return json.bytes
  }
}

extension SafetensorsHeader {
  /// Parses a header; throws for invalid JSON, and for missing, duplicate or mistyped keys.
  init(json bytes: UnsafeBufferPointer<UInt8>) throws(JSONFault) {
    self.init()
    guard bytes.first == UInt8(ascii: "{") else {
      throw JSONFault("the header must begin with \"{\"", at: 0)
    }
    var json = JSONScanner(bytes)
    var keys: Set<String> = []
    var members = try json.object("the header")
    while let key = try json.key(&members) {
      let name = try json.string(key)
      guard keys.insert(name).inserted else {
        throw JSONFault("the key \(Sentence.quoted(name)) is duplicated", at: key.start)
      }
      if name == Self.metadataKey {
        var texts = try json.object("the metadata")
        while let key = try json.key(&texts) { metadata[try json.string(key)] = try json.string() }
      } else {
        tensors[name] = try Self.stored(&json)
      }
    }
    guard json.isAtEnd() else { throw json.unexpected("the end of the header") }
  }

  private static func stored(_ json: inout JSONScanner) throws(JSONFault) -> Stored {
    let start = json.offset
    var (dtype, shape, offsets) = (String?.none, [Int]?.none, [Int]?.none)
    var members = try json.object("a tensor")
    while let key = try json.key(&members) {
      if json.matches(key, "dtype") {
        dtype = try json.string()
      } else if json.matches(key, "shape") {
        shape = try integers(&json)
      } else if json.matches(key, "data_offsets") {
        offsets = try integers(&json)
      } else {
        try json.skip()
      }
    }
    guard let dtype, let shape, let offsets else {
      throw JSONFault("a tensor needs dtype, shape and data_offsets", at: start)
    }
    return Stored(dtype: dtype, shape: shape, offsets: offsets)
  }

  private static func integers(_ json: inout JSONScanner) throws(JSONFault) -> [Int] {
    var integers: [Int] = []
    var list = try json.array("a list of numbers")
    while try json.element(&list) { integers.append(try json.integer("an element")) }
    return integers
  }
}
