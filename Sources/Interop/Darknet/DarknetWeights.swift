import Basics

/// The numbers of a Darknet `.weights` file, handed out in order.
struct DarknetWeights {
  /// The path of the file, for messages.
  let path: String
  private let numbers: [Float]
  private var next = 0

  static func read(_ path: String) throws(InteropError) -> DarknetWeights {
    let file = try InteropError.wrap(LoadedFile(path, limit: 1 << 33))
    return try withExtendedLifetime(file) { () throws(InteropError) in
      try DarknetWeights(UnsafeRawBufferPointer(file.bytes), path: path)
    }
  }

  /// Reads the header: major, minor, revision as 32-bit integers, then the number of images seen, which
  /// has 8 bytes where major * 10 + minor >= 2, else 4; then 32-bit floats.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InteropError) {
    self.path = path
    func integer(_ place: Int) -> Int {
      Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self)))
    }
    guard bytes.count >= 16 else {
      throw InteropError("it has \(bytes.count) bytes, fewer than a header of weights", in: path)
    }
    let (major, minor) = (integer(0), integer(1))
    guard (0...1000).contains(major), (0...1000).contains(minor) else {
      let kind = FileKind.name(of: bytes.prefix(FileKind.prefix))
      throw InteropError(
        "it is not a Darknet weights file" + (kind.map { ": it is \($0)" } ?? ""), in: path)
    }
    let header = major * 10 + minor >= 2 ? 20 : 16
    guard bytes.count >= header, (bytes.count - header) % 4 == 0 else {
      throw InteropError(
        "its \(bytes.count) bytes are not a header and 32-bit numbers", in: path,
        advice: "download or copy it again")
    }
    numbers = (0..<(bytes.count - header) / 4).map {
      Float(
        bitPattern: UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: header + 4 * $0, as: UInt32.self)))
    }
  }

  /// The numbers that are left.
  var remaining: Int { numbers.count - next }

  /// The next numbers; nil if there are fewer.
  mutating func take(_ count: Int) -> [Float]? {
    guard count <= remaining else { return nil }
    defer { next += count }
    return Array(numbers[next..<next + count])
  }
}
