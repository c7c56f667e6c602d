import Basics

/// Collects tensors and writes them as one safetensors file.
///
/// Tensors are encoded one by one while the file is written, so that writing takes little memory.
package struct SafetensorsWriter {
  private var header: SafetensorsHeader
  /// The tensors' bytes, made when they are written.
  private var contents: [() -> [UInt8]] = []
  private var dataCount = 0

  /// Starts a file with free text by key.
  package init(metadata: [String: String]) {
    header = SafetensorsHeader(metadata: metadata)
  }

  /// Adds a tensor; names must differ, and the shape must fit the count of values.
  ///
  /// - Parameter values: Evaluated when the file is written.
  package mutating func add(
    _ name: String, shape: [Int], values: @autoclosure @escaping () -> [Float],
    as type: ElementType = .f32
  ) {
    precondition(header.tensors[name] == nil, "two tensors are named \(name)")
    let count = shape.reduce(1, *)
    let end = dataCount + count * type.byteCount
    header.tensors[name] = SafetensorsHeader.Stored(
      dtype: type.rawValue, shape: shape, offsets: [dataCount, end])
    contents.append {
      let values = values()
      precondition(values.count == count, "\(values.count) values for a shape of \(count)")
      return type.encode(values)
    }
    dataCount = end
  }

  /// The file's bytes; the data begin at a multiple of 8.
  package var bytes: [UInt8] {
    contents.reduce(into: front) { $0 += $1() }
  }

  /// Writes the file.
  package func write(to path: String) throws(NetworksError) {
    do {
      let file = try AtomicFile(path)
      try file.append(front)
      for content in contents { try file.append(content()) }
      try file.commit()
    } catch {
      throw NetworksError(error.diagnostic)
    }
  }

  /// The bytes before the data: the header's length and the header, padded.
  private var front: [UInt8] {
    var json = header.json
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) } + json
  }
}
