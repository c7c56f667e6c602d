import Foundation

/// Collects tensors and writes them as one safetensors file.
public struct SafetensorsWriter: Sendable {
  private var header: SafetensorsHeader
  private var data: [UInt8] = []

  /// Starts a file with free text by key.
  public init(metadata: [String: String]) {
    header = SafetensorsHeader(metadata: metadata, tensors: [:])
  }

  /// Adds a tensor; names must differ, and the shape must fit the count of values.
  public mutating func add(
    _ name: String, shape: [Int], values: [Float], as type: ElementType = .f32
  ) {
    precondition(header.tensors[name] == nil, "two tensors are named \(name)")
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    let begin = data.count
    type.encode(values, into: &data)
    header.tensors[name] = SafetensorsHeader.Stored(
      dtype: type.rawValue, shape: shape, data_offsets: [begin, data.count])
  }

  /// The file's bytes; the data begin at a multiple of 8.
  public func bytes() throws(NetworksError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var json = try? encoder.encode(header) else {
      throw NetworksError("the names or texts of a weights file cannot be written as JSON")
    }
    while json.count % 8 != 0 { json.append(0x20) }
    var result = withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) }
    result.append(contentsOf: json)
    result.append(contentsOf: data)
    return result
  }

  /// Writes the file beside its place, then renames it: no reader ever sees half a file.
  public func write(to path: String) throws(NetworksError) {
    let bytes = try bytes()
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw NetworksError(
        "cannot write the weights file \(path): check that its folder exists, may be written and "
          + "has \(bytes.count) bytes left")
    }
  }
}
