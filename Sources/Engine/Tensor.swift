/// A dense NHWC tensor of floats.
package struct Tensor: Hashable, Sendable {
  /// The extents n, h, w, c.
  package let shape: Shape
  /// `shape.count` values, channels innermost.
  package var values: [Float]

  /// A tensor of zeros.
  package init(shape: Shape) {
    self.shape = shape
    values = [Float](repeating: 0, count: shape.count)
  }

  /// Creates a tensor; `values` must have `shape.count` elements.
  package init(shape: Shape, values: [Float]) {
    precondition(
      values.count == shape.count, "\(values.count) values do not match the shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

extension Tensor {
  /// The values in the order n, c, h, w (NCHW).
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
