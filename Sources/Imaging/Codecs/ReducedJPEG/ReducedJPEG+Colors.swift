/// From samples to pixels, eight at a time.
extension ReducedJPEG {
  /// Writes the `y`th row of a row of units into the picture, from `start` on; `samples` are floats, 128
  /// below what they stand for.
  func writeRow(
    _ y: Int, of samples: RawSpan, to pixels: inout MutableSpan<UInt8>, at start: Int
  ) {
    let isGray = components.count == 1
    for x in stride(from: 0, to: width, by: 8) {
      let at = y * pitch + x
      let luma = Self.samples(samples, at) + 128
      if channels == 1 {
        let gray = Self.bytes(luma)
        for lane in 0..<min(8, width - x) { pixels[start + x + lane] = gray[lane] }
        continue
      }
      let blue = isGray ? .zero : Self.samples(samples, planeSize + at)
      let red = isGray ? .zero : Self.samples(samples, 2 * planeSize + at)
      // JFIF 1.02: BT.601 in full range.
      let r = Self.bytes(luma + 1.402 * red)
      let g = Self.bytes(luma - 0.344_136 * blue - 0.714_136 * red)
      let b = Self.bytes(luma + 1.772 * blue)
      var pixel = start + 3 * x
      for lane in 0..<min(8, width - x) {
        pixels[pixel] = r[lane]
        pixels[pixel + 1] = g[lane]
        pixels[pixel + 2] = b[lane]
        pixel += 3
      }
    }
  }

  @inline(__always)
  private static func samples(_ samples: RawSpan, _ at: Int) -> SIMD8<Float> {
    samples.unsafeLoadUnaligned(fromByteOffset: 4 * at, as: SIMD8<Float>.self)
  }

  /// Rounded and cut to 0...255.
  @inline(__always)
  private static func bytes(_ values: SIMD8<Float>) -> SIMD8<UInt8> {
    var values = values
    values.replace(with: 0, where: values .< 0)
    values.replace(with: 255, where: values .> 255)
    // 2^23 leaves a float no bits but for whole numbers, so those are its low bits.
    let bits = unsafeBitCast(values + 8_388_608, to: SIMD8<UInt32>.self)
    return SIMD8<UInt8>(truncatingIfNeeded: bits)
  }
}
