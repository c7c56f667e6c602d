/// A tensor in a session's memory: pixels `stride` values apart, each with `shape.c` channels.
///
/// The stride exceeds the channel count where the tensor is a slice of a concatenation.
package struct View {
  /// The first channel of the first pixel.
  let base: UnsafeMutableRawPointer
  /// What the values are stored as; the graph's own inputs and outputs are always `f32`.
  package let precision: Precision
  /// The extent.
  package let shape: Shape
  /// Values from one pixel to the next, at least `shape.c`.
  package let stride: Int
}

extension View {
  /// A dense tensor of floats in memory of the caller's.
  package init(data: UnsafeMutableBufferPointer<Float>, shape: Shape) {
    guard let base = data.baseAddress, data.count == shape.count else {
      preconditionFailure("\(data.count) floats do not hold \(shape)")
    }
    self.init(data: base, shape: shape, stride: shape.c)
  }

  init(data: UnsafeMutablePointer<Float>, shape: Shape, stride: Int) {
    self.init(base: UnsafeMutableRawPointer(data), precision: .f32, shape: shape, stride: stride)
  }

  /// The first channel of the first pixel of a tensor of floats.
  package var data: UnsafeMutablePointer<Float> {
    precondition(precision == .f32, "a tensor of \(precision) was read as floats")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// True where no other tensor's channels lie between the pixels.
  package var isDense: Bool { stride == shape.c }

  /// The first channel of a pixel.
  func pixel(_ index: Int) -> UnsafeMutableRawPointer {
    base + index * stride * precision.byteCount
  }

  /// The same memory from a channel on, as another tensor.
  func slice(from channel: Int, shape: Shape) -> View {
    View(
      base: base + channel * precision.byteCount, precision: precision, shape: shape,
      stride: stride)
  }

  /// The values, copied in n, h, w, c order.
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

  /// The values of one image of a dense tensor of floats.
  package func image(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(isDense, "the images of a slice of a concatenation have gaps")
    let count = shape.count / shape.n
    return UnsafeMutableBufferPointer(start: data + index * count, count: count)
  }

  /// Overwrites the values from a tensor of the same shape.
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
