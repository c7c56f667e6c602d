import CGlimpseKernels

extension Normalization {
  /// Turns an image into a network's input.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB.
  ///   - output: `height * width * 3` numbers: rows, pixels, then red, green, blue.
  package func fill(_ image: Image, into output: UnsafeMutableBufferPointer<Float>) {
    precondition(image.format == .rgb8, "an input is made of 8-bit RGB, not of \(image.format)")
    precondition(
      output.count == image.width * image.height * 3,
      "\(output.count) numbers do not hold \(image.width)x\(image.height) pixels of 3 channels")
    let (gain, bias) = (gain, bias)
    image.bytes.withUnsafeBufferPointer { source in
      gk_image_normalize_rgb(
        source.baseAddress, Int64(image.width * image.height), [gain.0, gain.1, gain.2],
        [bias.0, bias.1, bias.2], output.baseAddress)
    }
  }
}
