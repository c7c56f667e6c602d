import CGlimpseKernels

/// A tensor in a session's memory: pixels `stride` values apart, each with `shape.c` channels.
///
/// The stride exceeds the channel count where the tensor is a slice of a concatenation.
public struct View: @unchecked Sendable {
  /// The first channel of the first pixel.
  let base: UnsafeMutableRawPointer
  /// What the values are stored as; the graph's own inputs and outputs are always `f32`.
  public let precision: Precision
  /// The extent.
  public let shape: Shape
  /// Values from one pixel to the next, at least `shape.c`.
  public let stride: Int

  init(base: UnsafeMutableRawPointer, precision: Precision, shape: Shape, stride: Int) {
    self.base = base
    self.precision = precision
    self.shape = shape
    self.stride = stride
  }

  init(data: UnsafeMutablePointer<Float>, shape: Shape, stride: Int) {
    self.init(base: UnsafeMutableRawPointer(data), precision: .f32, shape: shape, stride: stride)
  }

  /// The first channel of the first pixel of a tensor of floats.
  public var data: UnsafeMutablePointer<Float> {
    precondition(precision == .f32, "a tensor of \(precision) was read as floats")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// True where no other tensor's channels lie between the pixels.
  public var isDense: Bool { stride == shape.c }

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
  public func tensor() -> Tensor {
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
  public func image(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(isDense, "the images of a slice of a concatenation have gaps")
    let count = shape.count / shape.n
    return UnsafeMutableBufferPointer(start: data + index * count, count: count)
  }

  /// Overwrites the values from a tensor of the same shape.
  public func copy(from tensor: Tensor) {
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

/// What an op needs to prepare its parameters.
public struct PrepareContext {
  /// The shapes of the inputs.
  public let inputs: [Shape]
  /// The shape of the output.
  public let output: Shape
  /// One pointer per declared parameter.
  public let parameters: [UnsafeMutablePointer<Float>]
  /// `preparedCount` floats to fill.
  public let prepared: UnsafeMutablePointer<Float>
  /// The threads to use.
  public let pool: ThreadPool
  /// The kernels of the chosen instruction set and precision.
  public let kernels: Kernels
}

/// What an op needs to run forward.
public struct ForwardContext {
  /// The inputs, to read.
  public let inputs: [View]
  /// The output, to fill.
  public let output: View
  /// One pointer per declared parameter; only statistics are ever written.
  public let parameters: [UnsafeMutablePointer<Float>]
  /// What `prepare` made.
  public let prepared: UnsafeMutablePointer<Float>
  /// `stateCount` floats that stay until backward; absent in inference.
  public let state: UnsafeMutablePointer<Float>?
  /// `forwardScratchCount` floats, undefined at entry.
  public let scratch: UnsafeMutablePointer<Float>
  /// True in a training session: normalization uses the batch, dropout drops.
  public let isTraining: Bool
  /// A seed of its own for each node and step.
  public internal(set) var seed: UInt64
  /// The threads to use.
  public let pool: ThreadPool
  /// The kernels of the chosen instruction set and precision.
  public let kernels: Kernels
}

/// What an op needs to run backward.
public struct BackwardContext {
  /// The inputs' values; valid only if the op's `backwardReads` names them.
  public let inputs: [View]
  /// The output's values; valid only if the op's `backwardReads` names it.
  public let output: View
  /// The gradient of the loss by the output, to read.
  public let outputGradient: View
  /// Where the gradients by the inputs go; nil where nobody needs one.
  public let inputGradients: [GradientTarget?]
  /// One pointer per declared parameter.
  public let parameters: [UnsafeMutablePointer<Float>]
  /// Where the parameters' gradients are added; one per declared parameter.
  public let parameterGradients: [UnsafeMutablePointer<Float>]
  /// What forward left in its state.
  public let state: UnsafeMutablePointer<Float>
  /// `backwardScratchCount` floats, undefined at entry.
  public let scratch: UnsafeMutablePointer<Float>
  /// The seed that this node's forward pass had.
  public internal(set) var seed: UInt64
  /// The threads to use.
  public let pool: ThreadPool
  /// The kernels of the chosen instruction set and precision.
  public let kernels: Kernels
}

/// A place for an input's gradient.
public struct GradientTarget {
  /// The memory.
  public let view: View
  /// True where another consumer has written already, so that this one must add.
  public let accumulates: Bool
}
