import Glimpse

/// Numbers of tensors in a file without a header, for other programs to compare with.
enum TensorFile {
  /// Writes all values as little-endian 32-bit floats, channels before rows (n, c, h, w), one tensor
  /// after the other.
  static func write(_ tensors: [Tensor], to path: String) throws(FileError) {
    var bytes = ByteWriter()
    for value in tensors.lazy.flatMap(\.channelsFirst) { bytes.put(value.bitPattern) }
    try AtomicFile.write(bytes.bytes, to: path)
  }
}
