/// Reduction of 16-bit images to 8 bits.
///
/// Cameras of 10, 12 and 14 bits, and programs that store 8 bits in 16, write samples that use only
/// the low bits of a 16-bit file. Their high bytes are all but black.
extension Image {
  /// The image in 8 bits, as 16-bit files are read.
  package var in8Bits: Image {
    format.bitDepth == 8 ? self : with8Bits(ofSignificant: significantBits)
  }

  /// The smallest of 8, 10, 12, 14 and 16 bits that holds every sample of a 16-bit image, without
  /// alpha; 16 for a black image.
  var significantBits: Int {
    let (channels, colors) = (format.channels, (format.channels - 1) | 1)
    let used = bytes.withUnsafeBytes { buffer in
      let samples = buffer.assumingMemoryBound(to: UInt16.self)
      var used: UInt16 = 0
      if channels == colors {
        for sample in samples { used |= sample }
      } else {
        for pixel in stride(from: 0, to: samples.count, by: channels) {
          for channel in pixel..<pixel + colors { used |= samples[channel] }
        }
      }
      return used
    }
    if used == 0 { return 16 }
    return [8, 10, 12, 14].first { used >> $0 == 0 } ?? 16
  }

  /// A 16-bit image in 8 bits: the highest 8 of the significant bits of each sample. Alpha always
  /// has 16 significant bits.
  func with8Bits(ofSignificant bits: Int) -> Image {
    let (channels, colors) = (format.channels, (format.channels - 1) | 1)
    let target = PixelFormat(channels: channels)
    let count = width * height * channels
    let shift = UInt16(bits - 8)
    let reduced = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { source in
        let samples = source.assumingMemoryBound(to: UInt16.self)
        for place in 0..<count {
          buffer[place] = UInt8(truncatingIfNeeded: samples[place] &>> shift)
        }
        if channels != colors {
          for place in stride(from: colors, to: count, by: channels) {
            buffer[place] = UInt8(truncatingIfNeeded: samples[place] &>> 8)
          }
        }
      }
      initialized = count
    }
    return Image(width: width, height: height, format: target, bytes: reduced)
  }
}
