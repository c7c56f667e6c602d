/// The extent of a block of activations; the order is always n, h, w, c.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// Images.
  package var n: Int
  /// Rows.
  package var h: Int
  /// Columns.
  package var w: Int
  /// Channels, adjacent in memory.
  package var c: Int

  /// Makes a shape; every extent is at least 1.
  package init(n: Int, h: Int, w: Int, c: Int) {
    precondition(n > 0 && h > 0 && w > 0 && c > 0, "a shape needs positive extents")
    self.n = n
    self.h = h
    self.w = w
    self.c = c
  }

  /// Pixels in all images together.
  package var pixels: Int { n * h * w }
  /// Values in all.
  package var count: Int { n * h * w * c }
  /// The shape with another number of images.
  package func with(n: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }
  /// The shape with another number of channels.
  package func with(c: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }

  /// As in `2x52x52x64`.
  package var description: String { "\(n)x\(h)x\(w)x\(c)" }
}

/// Numbers of one shape on the Swift side of a session: what goes in and what comes out.
package struct Tensor: Hashable, Sendable {
  /// The extent of `values`.
  package let shape: Shape
  /// `shape.count` numbers, channels innermost.
  package var values: [Float]

  /// Makes a tensor of zeros.
  package init(shape: Shape) {
    self.shape = shape
    values = [Float](repeating: 0, count: shape.count)
  }

  /// Makes a tensor from its values; their count must fit the shape.
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
