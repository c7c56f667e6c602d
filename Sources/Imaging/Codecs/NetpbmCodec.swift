/// Netpbm's PBM, PGM and PPM: bilevel, gray and RGB images, as text or binary.
///
/// Source: the pages pbm(5), pgm(5) and ppm(5) of Netpbm.
enum NetpbmCodec {
  static func header(_ bytes: [UInt8]) throws(CodecFault) -> StoredHeader {
    let header = try NetpbmHeader(bytes)
    return StoredHeader(
      width: header.width, height: header.height, format: header.format,
      pixelsPerByte: header.pixelsPerByte)
  }

  /// Decodes the first image. The largest value of the file becomes 255, or 65535 if it is above 255.
  static func decode(_ bytes: [UInt8]) throws(CodecFault) -> StoredPixels {
    let header = try NetpbmHeader(bytes)
    let count = header.width * header.height * header.channels
    if header.isPlainBytes {
      try checkSize(of: bytes, header)
      let samples = Array(bytes[header.pixels..<header.pixels + count])
      return StoredPixels(
        image: Image(
          width: header.width, height: header.height, format: header.format, bytes: samples))
    }
    let samples: [UInt16] =
      if header.isText {
        try textSamples(bytes, header, count: count)
      } else {
        try binarySamples(bytes, header, count: count)
      }
    // As Pillow computes it; samples above the maximum count as the maximum.
    let full = Double(header.format.bitDepth == 8 ? 255 : 65_535)
    let scale = (0...header.maximum).map { value in
      UInt16((Double(value) / Double(header.maximum) * full).rounded(.toNearestOrEven))
    }
    var image = Image(width: header.width, height: header.height, format: header.format)
    image.bytes.withUnsafeMutableBytes { target in
      if header.format.bitDepth == 8 {
        for index in 0..<count {
          target[index] = UInt8(truncatingIfNeeded: scale[min(Int(samples[index]), header.maximum)])
        }
      } else {
        let target = target.assumingMemoryBound(to: UInt16.self)
        for index in 0..<count {
          target[index] = scale[min(Int(samples[index]), header.maximum)]
        }
      }
    }
    return StoredPixels(image: image)
  }

  private static func textSamples(
    _ bytes: [UInt8], _ header: NetpbmHeader, count: Int
  ) throws(CodecFault) -> [UInt16] {
    var text = NetpbmText(bytes: bytes, place: header.pixels)
    var samples: [UInt16] = []
    samples.reserveCapacity(count)
    while samples.count < count {
      guard let value = header.isBilevel ? text.digit() : text.number() else {
        throw text.isAtEnd
          ? .endsEarly("it has \(samples.count) of \(count) samples")
          : .corrupt("its sample \(samples.count + 1) is no number up to 65535")
      }
      // 1 is black in PBM.
      samples.append(UInt16(header.isBilevel ? 1 - min(value, 1) : value))
    }
    return samples
  }

  private static func checkSize(
    of bytes: [UInt8], _ header: NetpbmHeader
  ) throws(CodecFault) {
    guard header.rowBytes * header.height <= bytes.count - header.pixels else {
      throw .endsEarly(
        "its \(bytes.count) bytes do not hold \(header.width)x\(header.height) pixels")
    }
  }

  private static func binarySamples(
    _ bytes: [UInt8], _ header: NetpbmHeader, count: Int
  ) throws(CodecFault) -> [UInt16] {
    try checkSize(of: bytes, header)
    var samples: [UInt16] = []
    samples.reserveCapacity(count)
    if header.isBilevel {
      for y in 0..<header.height {
        for x in 0..<header.width {
          let byte = bytes[header.pixels + y * header.rowBytes + x / 8]
          samples.append(byte >> UInt8(7 - x % 8) & 1 == 1 ? 0 : 1)
        }
      }
    } else if header.maximum > 255 {
      for place in stride(from: header.pixels, to: header.pixels + 2 * count, by: 2) {
        samples.append(UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1]))
      }
    } else {
      samples += bytes[header.pixels..<header.pixels + count].lazy.map { UInt16($0) }
    }
    return samples
  }
}

/// The header of a Netpbm file.
private struct NetpbmHeader {
  let width: Int
  let height: Int
  let channels: Int
  /// The sample of white.
  let maximum: Int
  let isBilevel: Bool
  let isText: Bool
  /// The place of the first pixel.
  let pixels: Int

  init(_ bytes: [UInt8]) throws(CodecFault) {
    let kind = bytes.count > 1 ? Int(bytes[1]) - 0x30 : 0  // P1 to P6
    guard (1...6).contains(kind) else { throw .endsEarly("its header is cut off") }
    isText = kind <= 3
    isBilevel = kind % 3 == 1
    channels = kind % 3 == 0 ? 3 : 1
    var text = NetpbmText(bytes: bytes, place: 2)
    var values: [Int] = []
    for _ in 0..<(isBilevel ? 2 : 3) {
      guard let value = text.number(limit: Int(Int32.max)) else {
        throw text.isAtEnd
          ? .endsEarly("its header is cut off")
          : .corrupt("its header lacks width, height or the largest value")
      }
      values.append(value)
    }
    (width, height, maximum) = (values[0], values[1], isBilevel ? 1 : values[2])
    guard width > 0, height > 0, (1...65_535).contains(maximum) else {
      throw .corrupt("its size is \(width)x\(height), its largest value \(maximum)")
    }
    pixels = min(text.place + 1, bytes.count)  // behind one white space
  }

  var format: PixelFormat {
    PixelFormat(channels: channels, bitDepth: maximum > 255 ? 16 : 8)
  }

  /// Whether the samples are those of the image, as in most files.
  var isPlainBytes: Bool { !isText && maximum == 255 }

  /// Bytes of a row of a binary file.
  var rowBytes: Int {
    isBilevel ? (width + 7) / 8 : width * channels * (maximum > 255 ? 2 : 1)
  }

  /// The maximum number of pixels that one byte of the file can encode.
  var pixelsPerByte: Double {
    isBilevel ? isText ? 1 : 8 : 1 / Double(channels * (maximum > 255 && !isText ? 2 : 1))
  }
}

/// Numbers in the text of a Netpbm file, with white space and comments between them.
private struct NetpbmText {
  let bytes: [UInt8]
  var place: Int

  var isAtEnd: Bool { place >= bytes.count }

  /// The next number; nil at the end, at another character and above the limit.
  mutating func number(limit: Int = 65_535) -> Int? {
    skipSpace()
    var value: Int?
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      let next = (value ?? 0) * 10 + Int(bytes[place]) - 0x30
      guard next <= limit else { return nil }
      value = next
      place += 1
    }
    return value
  }

  /// The next digit, 0 or 1; no space is needed between them.
  mutating func digit() -> Int? {
    skipSpace()
    guard place < bytes.count, bytes[place] == 0x30 || bytes[place] == 0x31 else { return nil }
    place += 1
    return Int(bytes[place - 1]) - 0x30
  }

  /// Skips white space, and comments from # to the end of the line.
  private mutating func skipSpace() {
    while place < bytes.count {
      if bytes[place] == 0x23 {
        while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
      } else if bytes[place] == 0x20 || (0x09...0x0D).contains(bytes[place]) {
        place += 1
      } else {
        return
      }
    }
  }
}
