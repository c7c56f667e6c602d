/// What the samples of an image mean, as numbers for changes of colors.
package enum UnitSamples: Hashable, Sendable {
  /// 8 bits: the sample / 255, from 0 to 1.
  case bytes
  /// 16 bits that hold an image normalized by its own statistics: sample / 4096 - 4, from -4 to 12.
  case normalized

  /// Steps per unit of normalized samples.
  private static let steps: Float = 4096
  private static let offset: Float = 4

  /// The samples of an image whose values are mapped by a scaling, channel by channel.
  ///
  /// - Parameter scaling: That of a normalization per image without a mean or deviation of its own.
  package static func normalized(_ image: Image, by scaling: SampleScaling) -> Image {
    let format = PixelFormat(channels: image.format.channels, bitDepth: 16)
    let count = image.width * image.height * format.channels
    let bytes = [UInt8](unsafeUninitializedCapacity: 2 * count) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt16.self)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: image.width * format.channels) {
        row in
        image.bytes.withUnsafeBytes { source in
          let size = image.width * image.format.bytesPerPixel
          for y in 0..<image.height {
            scaling.fill(
              UnsafeRawBufferPointer(rebasing: source[y * size..<(y + 1) * size]), image.format,
              into: row)
            let first = y * row.count
            for place in 0..<row.count { target[first + place] = sample16(row[place]) }
          }
        }
      }
      initialized = 2 * count
    }
    return Image(width: image.width, height: image.height, format: format, bytes: bytes)
  }

  /// The fixed normalization that makes inputs of normalized samples, with the mean and deviation that
  /// a normalization per image has of its own.
  package static func inputNormalization(_ normalization: Normalization) -> Normalization {
    Normalization(
      mean: normalization.mean.map { (offset + $0) * steps / 65535 },
      standardDeviation: normalization.standardDeviation.map { $0 * steps / 65535 })
  }

  /// The sample of a normalized value, clipped.
  static func sample16(_ value: Float) -> UInt16 {
    UInt16(min(max((value + offset) * steps + 0.5, 0), 65535))
  }

  /// A value of 0...1, or a normalized one, as a sample.
  @inline(__always)
  func sample<Sample: FixedWidthInteger & UnsignedInteger>(_ value: Float, _: Sample.Type) -> Sample
  {
    switch self {
    case .bytes: Sample(truncatingIfNeeded: Int(min(max(value * 255 + 0.5, 0), 255)))
    case .normalized: Sample(truncatingIfNeeded: Int(Self.sample16(value)))
    }
  }

  @inline(__always)
  func value(_ sample: Float) -> Float {
    switch self {
    case .bytes: sample / 255
    case .normalized: sample / Self.steps - Self.offset
    }
  }

  /// The value of all bytes of samples outside of images: gray 114, or about 0 (1/64) where samples are
  /// normalized.
  package static func paddingByte(_ format: PixelFormat) -> UInt8 {
    format.bitDepth == 8 ? UInt8(Normalization.padding) : 0x40
  }

  /// What the samples of a format mean.
  init(_ format: PixelFormat) { self = format.bitDepth == 8 ? .bytes : .normalized }
}

extension Image {
  /// 8-bit RGB of an input for people to look at: gray is repeated, alpha dropped, and normalized
  /// values from 0 to 1 are shown.
  package var preview: Image {
    guard format.bitDepth == 16 else { return converted(to: .rgb8) }
    var result = Image(
      width: width, height: height, format: PixelFormat(channels: format.channels))
    bytes.withUnsafeBytes { source in
      let samples = source.bindMemory(to: UInt16.self)
      for place in samples.indices {
        result.bytes[place] = UnitSamples.bytes.sample(
          UnitSamples.normalized.value(Float(samples[place])), UInt8.self)
      }
    }
    return result.converted(to: .rgb8)
  }
}
