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

extension Tensor {
  /// The values in the order n, c, h, w.
  var channelsFirst: [Float] {
    let pixels = shape.h * shape.w
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for image in 0..<shape.n {
      for channel in 0..<shape.c {
        for pixel in 0..<pixels {
          result.append(values[(image * pixels + pixel) * shape.c + channel])
        }
      }
    }
    return result
  }
}
