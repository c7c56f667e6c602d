/// Writes arrays in NumPy's format: `.npy` files in an uncompressed ZIP archive.
///
/// Source: numpy.lib.format, version 1.0, and APPNOTE.TXT of PKWARE.
package struct NPZWriter {
  /// The archive so far.
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  package init() {}

  /// Adds an array of numbers in row-major order.
  package mutating func add(_ name: String, _ values: [Double], shape: [Int]) {
    add(name, type: "<f8", shape: shape, values.flatMap { Self.bytes($0.bitPattern) })
  }

  package mutating func add(_ name: String, _ values: [Int32], shape: [Int]) {
    add(name, type: "<i4", shape: shape, values.flatMap { Self.bytes(UInt32(bitPattern: $0)) })
  }

  package mutating func add(_ name: String, _ values: [Bool], shape: [Int]) {
    add(name, type: "|b1", shape: shape, values.map { $0 ? 1 : 0 })
  }

  /// Adds a list of texts.
  package mutating func add(_ name: String, _ texts: [String]) {
    let scalars = texts.map { Array($0.unicodeScalars) }
    let length = max(scalars.map(\.count).max() ?? 0, 1)
    var data: [UInt8] = []
    for text in scalars {
      for place in 0..<length {
        data += Self.bytes(place < text.count ? text[place].value : 0)
      }
    }
    add(name, type: "<U\(length)", shape: [texts.count], data)
  }

  /// The whole archive; below 4 GiB, as ZIP requires without extensions.
  package var archive: [UInt8] {
    var end = Self.bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0]
    end += Self.bytes(UInt16(count)) + Self.bytes(UInt16(count))
    end += Self.bytes(UInt32(directory.count)) + Self.bytes(UInt32(bytes.count)) + [0, 0]
    return bytes + directory + end
  }

  private mutating func add(_ name: String, type: String, shape: [Int], _ data: [UInt8]) {
    precondition(
      shape.reduce(1, *) * Self.width(type) == data.count, "\(name): \(data.count) bytes")
    // A tuple of one has a comma at its end.
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    let rest = (10 + header.utf8.count + 1) % 64
    header += String(repeating: " ", count: rest == 0 ? 0 : 64 - rest) + "\n"
    let array =
      [0x93] + Array("NUMPY".utf8) + [1, 0] + Self.bytes(UInt16(header.utf8.count))
      + Array(header.utf8) + data
    store("\(name).npy", array)
  }

  private static func width(_ type: String) -> Int {
    let size = Int(type.dropFirst(2)) ?? 0
    return type.dropFirst().first == "U" ? size * 4 : size
  }

  /// Adds a file to the archive.
  private mutating func store(_ name: String, _ data: [UInt8]) {
    let path = Array(name.utf8)
    // Version 2.0, no flags, stored, 1 January 1980.
    var common: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]
    common += Self.bytes(CRC32.checksum(data))
    common += Self.bytes(UInt32(data.count)) + Self.bytes(UInt32(data.count))
    common += Self.bytes(UInt16(path.count)) + [0, 0]
    directory += Self.bytes(UInt32(0x0201_4B50)) + [20, 0] + common
    // No comment, the first disk, data, readable and writable by the owner.
    directory += [0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x01] + Self.bytes(UInt32(bytes.count)) + path
    bytes += Self.bytes(UInt32(0x0403_4B50)) + common + path + data
    count += 1
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// The checksum of ZIP and PNG.
private enum CRC32 {
  private static let table = (0..<UInt32(256)).map { byte in
    (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  static func checksum(_ data: [UInt8]) -> UInt32 {
    let table = table
    var value = ~UInt32(0)
    for byte in data { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
    return ~value
  }
}
