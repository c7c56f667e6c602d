/// BMP: palettes of 1 to 8 bits, and colors of 16 to 32 bits.
enum BMPCodec {
  static func header(_ bytes: [UInt8]) throws(CodecFault) -> StoredHeader {
    let header = try BMPHeader(bytes)
    return StoredHeader(
      width: header.width, height: header.height, format: header.format,
      pixelsPerByte: header.pixelsPerByte)
  }

  /// Decodes as stored, from the top.
  static func decode(_ bytes: [UInt8]) throws(CodecFault) -> StoredPixels {
    let header = try BMPHeader(bytes)
    var image = Image(width: header.width, height: header.height, format: header.format)
    if header.bits > 8 {
      try readColors(bytes, header, into: &image)
    } else {
      let indices =
        try header.compression == .none
        ? readIndices(bytes, header) : BMPRuns.decode(bytes, header)
      let channels = header.format.channels
      for (place, index) in indices.enumerated() {
        for channel in 0..<channels {
          image.bytes[place * channels + channel] = header.palette[3 * Int(index) + channel]
        }
      }
    }
    return StoredPixels(image: image)
  }

  /// The place in the file of each row of the image, from the top; rows are padded to 4 bytes.
  private static func rows(
    _ bytes: [UInt8], _ header: BMPHeader
  ) throws(CodecFault) -> [Int] {
    let step = (header.width * header.bits + 31) / 32 * 4
    let last = (header.width * header.bits + 7) / 8
    guard header.pixels + step * (header.height - 1) + last <= bytes.count else {
      throw .endsEarly(
        "its \(bytes.count) bytes do not hold \(header.width)x\(header.height) pixels")
    }
    return (0..<header.height).map { y in
      header.pixels + step * (header.isTopDown ? y : header.height - 1 - y)
    }
  }

  private static func readIndices(
    _ bytes: [UInt8], _ header: BMPHeader
  ) throws(CodecFault) -> [UInt8] {
    var indices: [UInt8] = []
    indices.reserveCapacity(header.width * header.height)
    let mask = UInt8(1 << header.bits - 1)
    for row in try rows(bytes, header) {
      for x in 0..<header.width {
        let place = x * header.bits
        let shift = UInt8(8 - header.bits - place % 8)
        indices.append(bytes[row + place / 8] >> shift & mask)
      }
    }
    return indices
  }

  private static func readColors(
    _ bytes: [UInt8], _ header: BMPHeader, into image: inout Image
  ) throws(CodecFault) {
    let rows = try rows(bytes, header)
    let (size, channels) = (header.bits / 8, header.format.channels)
    let fields = header.masks.prefix(channels).map { mask in
      (mask: mask, shift: UInt32(mask.trailingZeroBitCount), isByte: mask.nonzeroBitCount == 8)
    }
    var alphas: UInt8 = 0
    image.bytes.withUnsafeMutableBufferPointer { target in
      bytes.withUnsafeBufferPointer { source in
        var to = 0
        for row in rows {
          for from in stride(from: row, to: row + size * header.width, by: size) {
            var pixel: UInt32 = 0
            for index in 0..<size { pixel |= UInt32(source[from + index]) << UInt32(8 * index) }
            for field in fields {
              let value = (pixel & field.mask) >> field.shift
              // Of other than 8 bits, the largest becomes 255, rounded down as Pillow does.
              let scaled =
                field.isByte || field.mask == 0
                ? UInt64(value) : UInt64(value) * 255 / UInt64(field.mask >> field.shift)
              target[to] = UInt8(scaled)
              to += 1
            }
            if channels == 4 { alphas |= target[to - 1] }
          }
        }
      }
    }
    // Programs that know no alpha leave it 0.
    if channels == 4, alphas == 0 {
      for place in stride(from: 3, to: image.bytes.count, by: 4) { image.bytes[place] = 255 }
    }
  }
}

/// The run lengths of BMP, of indices of 4 or 8 bits.
private enum BMPRuns {
  /// The indices of the image, in rows from the top; pixels that are left out are 0.
  static func decode(_ bytes: [UInt8], _ header: BMPHeader) throws(CodecFault) -> [UInt8] {
    let (width, height) = (header.width, header.height)
    var indices = [UInt8](repeating: 0, count: width * height)
    var (x, y) = (0, 0)  // from the bottom
    var place = header.pixels
    func byte(_ offset: Int) throws(CodecFault) -> Int {
      guard place + offset < bytes.count else { throw .endsEarly("its run lengths are cut off") }
      return Int(bytes[place + offset])
    }
    func put(_ index: Int) {
      // What leads beyond the end of a row is lost, as in other programs.
      if x < width { indices[(height - 1 - y) * width + x] = UInt8(index) }
      x += 1
    }
    /// The index of the n-th pixel in bytes of one or two.
    func index(_ byte: Int, _ number: Int) -> Int {
      header.bits == 8 ? byte : number % 2 == 0 ? byte >> 4 : byte & 15
    }
    while y < height {
      let (first, second) = (try byte(0), try byte(1))
      place += 2
      switch (first, second) {
      case (1..., _):
        for number in 0..<first { put(index(second, number)) }
      case (_, 0): (x, y) = (0, y + 1)
      case (_, 1): return indices
      case (_, 2):
        (x, y) = (x + (try byte(0)), y + (try byte(1)))
        place += 2
      default:
        let size = header.bits == 8 ? second : (second + 1) / 2
        for number in 0..<second {
          put(index(try byte(header.bits == 8 ? number : number / 2), number))
        }
        place += (size + 1) / 2 * 2
      }
    }
    return indices
  }
}
