import Networks

/// Up to `capacity` pixels, channel by channel, so that four pixels are computed at once.
///
/// The memory belongs to the caller.
struct ActivatedPixels {
  /// The number of pixels of a block.
  static let capacity = 256

  let channels: Int
  let activation: SegmentationHead.Activation
  /// The probabilities: `capacity` of each channel.
  let probabilities: UnsafeMutablePointer<Float>
  /// With a sigmoid, log(1 + exp(z)) of each channel's logit z: the cross-entropy with target 0. With
  /// a softmax, for each pixel, the logarithm of the sum of the exponentials.
  let logarithms: UnsafeMutablePointer<Float>

  /// The number of floats that a block needs.
  static func memory(channels: Int) -> Int { 2 * channels * capacity }

  init(
    _ activation: SegmentationHead.Activation, channels: Int,
    memory: UnsafeMutableBufferPointer<Float>
  ) {
    guard let base = memory.baseAddress, memory.count == Self.memory(channels: channels) else {
      preconditionFailure("a block of \(channels) channels needs other memory")
    }
    (self.activation, self.channels, probabilities) = (activation, channels, base)
    logarithms = base + channels * Self.capacity
    // Whole vectors are computed, also where there are fewer pixels.
    memory.update(repeating: 0)
  }

  /// Computes the probabilities and logarithms of pixels, and writes the probabilities.
  ///
  /// - Parameters:
  ///   - logits: `count` pixels of interleaved channels.
  ///   - output: The probabilities in the same order.
  func activate(
    _ logits: UnsafePointer<Float>, count: Int, output: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channels {
      let plane = probabilities + channel * Self.capacity
      for pixel in 0..<count { plane[pixel] = logits[pixel &* channels &+ channel] }
    }
    let vectors = (count + 3) / 4
    switch activation {
    case .sigmoid:
      for channel in 0..<channels {
        sigmoid(
          probabilities + channel * Self.capacity, logarithms + channel * Self.capacity, vectors)
      }
    case .softmax: softmax(vectors)
    }
    for channel in 0..<channels {
      let plane = probabilities + channel * Self.capacity
      for pixel in 0..<count { output[pixel &* channels &+ channel] = plane[pixel] }
    }
  }

  /// Replaces logits by probabilities.
  private func sigmoid(
    _ plane: UnsafeMutablePointer<Float>, _ logarithms: UnsafeMutablePointer<Float>, _ vectors: Int
  ) {
    for vector in 0..<vectors {
      let x = Self.load(plane, vector)
      let decay = VectorMath.expOfNegativeMagnitude(x)
      let quotient = 1 / (1 + decay)
      Self.store(quotient.replacing(with: decay * quotient, where: x .< 0), plane, vector)
      let linear = x.replacing(with: 0, where: x .< 0)
      // Below 2^-12, 1 + decay would lose the digits of decay.
      let small = decay - 0.5 * decay * decay
      let logarithm = VectorMath.log(1 + decay).replacing(with: small, where: decay .< 0x1p-12)
      Self.store(linear + logarithm, logarithms, vector)
    }
  }

  /// Replaces logits by probabilities; exponentials are taken of the distance to the largest logit.
  private func softmax(_ vectors: Int) {
    for vector in 0..<vectors {
      var largest = Self.load(probabilities, vector)
      for channel in 1..<channels {
        let x = Self.load(probabilities + channel * Self.capacity, vector)
        largest = largest.replacing(with: x, where: x .> largest)
      }
      var sum = SIMD4<Float>.zero
      for channel in 0..<channels {
        let plane = probabilities + channel * Self.capacity
        let e = VectorMath.expOfNegativeMagnitude(Self.load(plane, vector) - largest)
        Self.store(e, plane, vector)
        sum += e
      }
      let scale = 1 / sum
      for channel in 0..<channels {
        let plane = probabilities + channel * Self.capacity
        Self.store(Self.load(plane, vector) * scale, plane, vector)
      }
      Self.store(largest + VectorMath.log(sum), logarithms, vector)
    }
  }

  @inline(__always)
  private static func load(_ plane: UnsafeMutablePointer<Float>, _ vector: Int) -> SIMD4<Float> {
    UnsafeRawPointer(plane).loadUnaligned(fromByteOffset: 16 &* vector, as: SIMD4<Float>.self)
  }

  @inline(__always)
  private static func store(
    _ value: SIMD4<Float>, _ plane: UnsafeMutablePointer<Float>, _ vector: Int
  ) {
    UnsafeMutableRawPointer(plane).storeBytes(
      of: value, toByteOffset: 16 &* vector, as: SIMD4<Float>.self)
  }
}
