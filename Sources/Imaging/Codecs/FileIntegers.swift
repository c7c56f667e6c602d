/// Unsigned integers in a file's bytes, at places that may lie outside of them.
struct FileIntegers {
  let bytes: ArraySlice<UInt8>
  let isLittleEndian: Bool

  /// The integer of `size` bytes, 1 to 4, at a place counted from the first byte; nil if it does not
  /// lie within the bytes.
  func integer(at place: Int, size: Int) -> Int? {
    guard place >= 0, size <= bytes.count, place <= bytes.count - size else { return nil }
    let first = bytes.startIndex + place
    var value = 0
    for index in 0..<size {
      value = value << 8 | Int(bytes[isLittleEndian ? first + size - 1 - index : first + index])
    }
    return value
  }

  /// Whether the machine's integers have this byte order.
  var isNative: Bool { isLittleEndian == Self.isMachineLittleEndian }

  static let isMachineLittleEndian = 1.littleEndian == 1
}
