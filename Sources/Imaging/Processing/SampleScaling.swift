/// A linear map from samples to the numbers of a network's input, by channel:
/// `value = (sample - offset) * gain + shift`.
///
/// The offset is subtracted first, so that 16-bit samples in a narrow range keep their differences.
package struct SampleScaling: Hashable, Sendable {
  /// The factor of each channel.
  package let gain: [Float]
  /// The sample of each channel that becomes `shift`.
  package let offset: [Float]
  package let shift: [Float]
  /// `shift - offset * gain`: the value of a sample 0.
  let bias: [Float]

  /// `((sample - offset) / unit - mean) / deviation` by channel.
  init(offset: [Double], unit: [Double], mean: [Float], deviation: [Float]) {
    gain = zip(unit, deviation).map { Float(1 / ($0 * Double($1))) }
    self.offset = offset.map { Float($0) }
    shift = zip(mean, deviation).map { Float(-Double($0) / Double($1)) }
    bias = offset.indices.map {
      Float((-offset[$0] / unit[$0] - Double(mean[$0])) / Double(deviation[$0]))
    }
  }

  /// Converts whole pixels, such as some rows of an image.
  ///
  /// - Parameters:
  ///   - samples: Interleaved samples of `format`.
  ///   - output: As many numbers as there are samples, in the same order.
  package func fill(
    _ samples: UnsafeRawBufferPointer, _ format: PixelFormat,
    into output: UnsafeMutableBufferPointer<Float>
  ) {
    let channels = gain.count
    precondition(
      format.channels == channels,
      "a scaling of \(channels) channels does not fit images of \(format.channels)")
    precondition(
      samples.count == output.count * format.bitDepth / 8 && output.count % channels == 0,
      "\(output.count) numbers do not hold \(samples.count) bytes")
    guard let source = samples.baseAddress, let target = output.baseAddress else { return }
    let pixels = output.count / channels
    if format == .rgb8 {
      ImageKernels.chosen.normalize_rgb(
        source.assumingMemoryBound(to: UInt8.self), Int64(pixels), gain, bias, target)
      return
    }
    for channel in 0..<channels {
      let (gain, offset, shift) = (gain[channel], offset[channel], shift[channel])
      if format.bitDepth == 8 {
        for pixel in 0..<pixels {
          let place = pixel &* channels &+ channel
          let sample = source.load(fromByteOffset: place, as: UInt8.self)
          target[place] = (Float(sample) - offset) * gain + shift
        }
      } else {
        for pixel in 0..<pixels {
          let place = pixel &* channels &+ channel
          let sample = source.loadUnaligned(fromByteOffset: 2 &* place, as: UInt16.self)
          target[place] = (Float(sample) - offset) * gain + shift
        }
      }
    }
  }

  /// Converts an image; `output` holds `height * width * channels` numbers.
  package func fill(_ image: Image, into output: UnsafeMutableBufferPointer<Float>) {
    image.bytes.withUnsafeBytes { fill($0, image.format, into: output) }
  }
}
