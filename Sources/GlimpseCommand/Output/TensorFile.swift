import Foundation
import Glimpse

/// Numbers of tensors in a file without a header, for other programs to compare with.
enum TensorFile {
  /// Writes all values as little-endian 32-bit floats, channels before rows (n, c, h, w), one tensor
  /// behind the other; the file is written aside and renamed.
  static func write(_ tensors: [Tensor], to path: String) throws(CommandError) {
    var data = Data()
    for tensor in tensors {
      for value in tensor.channelsFirst {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    try ResultFolder.write(data, to: path)
  }
}
