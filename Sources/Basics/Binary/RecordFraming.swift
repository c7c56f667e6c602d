/// CRC-32C, the cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4).
package enum CRC32C {
  /// The checksums of single bytes, with the reflected polynomial.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78
    }
  }

  /// The checksum of bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { value, byte in
      table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
    }
  }

  /// The checksum as TFRecord files store it: rotated and offset, because the checksum of data that
  /// contain their own checksum is weak (tensorflow/core/lib/hash/crc32c.h, `Mask`).
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}

/// The framing of records in TFRecord files (tensorflow.org, "TFRecord and tf.train.Example").
package enum RecordFraming {
  /// A record of data: the length as a little-endian 64-bit integer, its masked CRC-32C, the data,
  /// their masked CRC-32C.
  package static func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CRC32C.masked(length)) + data
      + littleEndian(CRC32C.masked(data))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
