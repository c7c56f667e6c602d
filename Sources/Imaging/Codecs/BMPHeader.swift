/// The headers and the palette of a BMP file, of all versions from OS/2 1 to Windows 5.
///
/// Source: Microsoft's documentation of BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER and
/// BITMAPV5HEADER; IBM's of the OS/2 2 header.
struct BMPHeader {
  enum Compression {
    case none, runs4, runs8
  }

  let width: Int
  let height: Int
  let isTopDown: Bool
  /// Bits per pixel: 1, 4 or 8 of a palette, 16, 24 or 32 of colors.
  let bits: Int
  let compression: Compression
  /// The bits of red, green, blue and alpha in pixels of 16 and 32 bits; alpha may have none.
  let masks: [UInt32]
  /// The colors of the palette, 3 bytes each in the order red, green, blue: `1 << bits` of them.
  let palette: [UInt8]
  /// The place of the pixels in the file.
  let pixels: Int

  init(_ bytes: [UInt8]) throws(CodecFault) {
    let integers = FileIntegers(bytes: bytes[...], isLittleEndian: true)
    func integer(at place: Int, size: Int) throws(CodecFault) -> Int {
      guard let value = integers.integer(at: place, size: size) else {
        throw .endsEarly("its header is cut off")
      }
      return value
    }
    pixels = try integer(at: 10, size: 4)
    let headerSize = try integer(at: 14, size: 4)
    guard headerSize == 12 || (16...124).contains(headerSize) else {
      throw .unsupported("its header has \(headerSize) bytes, and 12 to 124 are known")
    }
    // Fields beyond the end of a short header count as 0.
    func field(_ place: Int, size: Int) throws(CodecFault) -> Int {
      try place + size <= headerSize ? integer(at: 14 + place, size: size) : 0
    }
    let code: Int
    if headerSize == 12 {
      (width, height) = (try field(4, size: 2), try field(6, size: 2))
      (isTopDown, bits, code) = (false, try field(10, size: 2), 0)
    } else {
      width = Int(Int32(truncatingIfNeeded: try field(4, size: 4)))
      let rows = Int(Int32(truncatingIfNeeded: try field(8, size: 4)))
      (height, isTopDown) = (abs(rows), rows < 0)
      (bits, code) = (try field(14, size: 2), try field(16, size: 4))
    }
    guard width > 0, (1...Int(Int32.max)).contains(height) else {
      throw .corrupt("its size is \(width)x\(height)")
    }
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      throw .unsupported("it has \(bits) bits per pixel")
    }
    compression = try Self.compression(code, bits: bits, headerSize: headerSize)
    if compression != .none, isTopDown {
      throw .corrupt("it has run lengths in rows from the top")
    }
    masks = try Self.masks(code, bits: bits, headerSize: headerSize, integers)
    // Masks of 12 or 16 bytes follow a header of 40.
    let start = 14 + headerSize + (headerSize == 40 ? [3: 12, 6: 16][code] ?? 0 : 0)
    guard pixels >= start else {
      throw .corrupt("its pixels would begin at byte \(pixels)")
    }
    var colors: [UInt8] = []
    if bits <= 8 {
      let used = headerSize == 12 ? 0 : try field(32, size: 4)
      let size = headerSize == 12 ? 3 : 4
      let count = min(used == 0 ? 1 << bits : used, 1 << bits, (pixels - start) / size)
      for index in 0..<count {
        for channel in [2, 1, 0] {
          colors.append(UInt8(try integer(at: start + size * index + channel, size: 1)))
        }
      }
      colors += [UInt8](repeating: 0, count: 3 << bits - colors.count)
    }
    palette = colors
  }

  private static func compression(
    _ code: Int, bits: Int, headerSize: Int
  ) throws(CodecFault) -> Compression {
    switch (code, bits) {
    case (0, _), (3, 16), (3, 32), (6, 16), (6, 32): return .none
    case (1, 8): return .runs8
    case (2, 4): return .runs4
    case (3, 1) where headerSize == 64: throw .unsupported("its compression is CCITT Huffman")
    case (4, 24) where headerSize == 64: throw .unsupported("its compression is RLE24")
    case (4, _): throw .unsupported("its compression is JPEG")
    case (5, _): throw .unsupported("its compression is PNG")
    default: throw .unsupported("it has the compression \(code) for \(bits) bits per pixel")
    }
  }

  private static func masks(
    _ code: Int, bits: Int, headerSize: Int, _ integers: FileIntegers
  ) throws(CodecFault) -> [UInt32] {
    let usual: [UInt32] = bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
    guard code == 3 || code == 6 else { return usual }
    let count = headerSize >= 56 || code == 6 ? 4 : 3
    var masks: [UInt32] = []
    for index in 0..<count {
      guard let mask = integers.integer(at: 54 + 4 * index, size: 4) else {
        throw .endsEarly("its header is cut off")
      }
      masks.append(UInt32(mask))
    }
    if count == 3 { masks.append(0) }
    // Pillow and others read masks that are all 0 as the usual ones.
    if masks.allSatisfy({ $0 == 0 }) { return usual }
    for mask in masks {
      let run = mask >> UInt32(min(mask.trailingZeroBitCount, 31))
      guard run & (run &+ 1) == 0, bits == 32 || mask <= 0xFFFF else {
        throw .unsupported("a color has the bits \(String(mask, radix: 16)) of a pixel")
      }
    }
    return masks
  }
}

extension BMPHeader {
  /// The layout of the decoded image: gray if all colors of the palette are.
  var format: PixelFormat {
    if bits > 8 { return PixelFormat(channels: masks[3] == 0 ? 3 : 4) }
    let isGray = stride(from: 0, to: palette.count, by: 3).allSatisfy { place in
      let red = palette[place]
      return palette[place + 1] == red && palette[place + 2] == red
    }
    return isGray ? .gray8 : .rgb8
  }

  /// The maximum number of pixels that one byte of the file can encode: a run has at most 255 in two.
  var pixelsPerByte: Double { compression == .none ? 8 / Double(bits) : 128 }
}
