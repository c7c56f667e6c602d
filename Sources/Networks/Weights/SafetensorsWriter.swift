import Basics

/// Collects tensors and writes them to a safetensors file.
///
/// Tensors are encoded one at a time while the file is written, to save memory.
package struct SafetensorsWriter {
  private var header: SafetensorsHeader
  /// Encoders of the tensors, called when the file is written.
  private var contents: [() -> [UInt8]] = []
  private var dataCount = 0

  /// Creates a writer with text metadata by key.
  package init(metadata: [String: String]) {
    header = SafetensorsHeader(metadata: metadata)
  }

  /// Adds a tensor; names must be unique, and the shape must match the number of values.
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

  /// Adds a tensor by its little-endian bytes; `dtype` is the format's name of the element type.
  package mutating func add(_ name: String, dtype: String, shape: [Int], bytes: [UInt8]) {
    precondition(header.tensors[name] == nil, "two tensors are named \(name)")
    header.tensors[name] = SafetensorsHeader.Stored(
      dtype: dtype, shape: shape, offsets: [dataCount, dataCount + bytes.count])
    contents.append { bytes }
    dataCount += bytes.count
  }

  /// The bytes of the file; the data start at a multiple of 8.
  package var bytes: [UInt8] {
    contents.reduce(into: front) { $0 += $1() }
  }

  /// Writes the file atomically.
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

  /// The bytes before the data: the header length and the padded header.
  private var front: [UInt8] {
    var json = header.json
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) } + json
  }
}
