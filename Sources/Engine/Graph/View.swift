/// A strided NHWC view of a tensor in a session's memory.
///
/// The pixel stride exceeds the channel count for slices of a concatenation.
package struct View {
  /// The address of the first channel of the first pixel.
  let base: UnsafeMutableRawPointer
  /// The number format; the inputs and outputs of a graph are always `f32`.
  package let precision: Precision
  /// The extents n, h, w, c.
  package let shape: Shape
  /// The distance between pixels in values, at least `shape.c`.
  package let stride: Int
}

extension View {
  /// A dense view of floats in memory that the caller owns.
  package init(data: UnsafeMutableBufferPointer<Float>, shape: Shape) {
    guard let base = data.baseAddress, data.count == shape.count else {
      preconditionFailure("\(data.count) floats do not hold \(shape)")
    }
    self.init(data: base, shape: shape, stride: shape.c)
  }

  init(data: UnsafeMutablePointer<Float>, shape: Shape, stride: Int) {
    self.init(base: UnsafeMutableRawPointer(data), precision: .f32, shape: shape, stride: stride)
  }

  /// The address of the first value of an `f32` tensor.
  package var data: UnsafeMutablePointer<Float> {
    precondition(precision == .f32, "a tensor of \(precision) was read as floats")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// True if the pixels are contiguous.
  package var isDense: Bool { stride == shape.c }

  /// The address of the first channel of a pixel.
  func pixel(_ index: Int) -> UnsafeMutableRawPointer {
    base + index * stride * precision.byteCount
  }

  /// The address of the first pixel of a row, for images of `height` rows.
  func row(_ row: Int, of image: Int, height: Int) -> UnsafeMutableRawPointer {
    pixel((image * height + row) * shape.w)
  }

  /// A view of the channels from `channel` on.
  func slice(from channel: Int, shape: Shape) -> View {
    View(
      base: base + channel * precision.byteCount, precision: precision, shape: shape,
      stride: stride)
  }

  /// Copies the values into a dense tensor of floats.
  package func tensor() -> Tensor {
    var result = Tensor(shape: shape)
    result.values.withUnsafeMutableBufferPointer { buffer in
      guard var target = buffer.baseAddress else { return }
      if isDense { return target.update(from: data, count: shape.count) }
      for pixel in 0..<shape.pixels {
        target.update(from: data + pixel * stride, count: shape.c)
        target += shape.c
      }
    }
    return result
  }

  /// The values of one image of a dense `f32` tensor.
  package func image(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(isDense, "the images of a slice of a concatenation have gaps")
    let count = shape.count / shape.n
    return UnsafeMutableBufferPointer(start: data + index * count, count: count)
  }

  /// Copies the values of a tensor of the same shape into this memory.
  package func copy(from tensor: Tensor) {
    precondition(tensor.shape == shape, "a tensor of \(tensor.shape) does not fill \(shape)")
    tensor.values.withUnsafeBufferPointer { buffer in
      guard var source = buffer.baseAddress else { return }
      if isDense { return data.update(from: source, count: shape.count) }
      for pixel in 0..<shape.pixels {
        (data + pixel * stride).update(from: source, count: shape.c)
        source += shape.c
      }
    }
  }
}
