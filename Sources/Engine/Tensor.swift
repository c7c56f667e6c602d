/// Values of one shape: the inputs and outputs of a session.
package struct Tensor: Hashable, Sendable {
  /// The extent of `values`.
  package let shape: Shape
  /// `shape.count` numbers, channels innermost.
  package var values: [Float]

  /// A tensor of zeros.
  package init(shape: Shape) {
    self.shape = shape
    values = [Float](repeating: 0, count: shape.count)
  }

  /// The count of the values must fit the shape.
  package init(shape: Shape, values: [Float]) {
    precondition(values.count == shape.count, "\(values.count) values do not fill \(shape)")
    self.shape = shape
    self.values = values
  }
}

extension Tensor {
  /// The values in the order n, c, h, w, for other programs.
  package var channelsFirst: [Float] {
    let pixels = shape.h * shape.w
    return [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      for image in 0..<shape.n {
        for channel in 0..<shape.c {
          for pixel in 0..<pixels {
            buffer[count] = values[(image * pixels + pixel) * shape.c + channel]
            count += 1
          }
        }
      }
    }
  }
}
