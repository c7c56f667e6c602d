import Glimpse

/// Numbers of tensors in a file without a header, for other programs to compare with.
enum TensorFile {
  /// Writes all values as little-endian 32-bit floats, channels before rows (n, c, h, w), one tensor
  /// after the other.
  static func write(_ tensors: [Tensor], to path: String) throws(FileError) {
    var bytes: [UInt8] = []
    for value in tensors.lazy.flatMap(\.channelsFirst) {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    try AtomicFile.write(bytes, to: path)
  }
}
