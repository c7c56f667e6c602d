internal import CZLIB

/// The compression of a TIFF page's strips or tiles.
enum TIFFCompression {
  case none, packBits, lzw, deflate

  /// Throws for other compressions, with their name.
  init(code: Int) throws(CodecFault) {
    switch code {
    case 1: self = .none
    case 5: self = .lzw
    case 8, 32946: self = .deflate
    case 32773: self = .packBits
    default:
      let names = [
        2: "CCITT Huffman", 3: "CCITT Group 3", 4: "CCITT Group 4", 6: "JPEG (old style)",
        7: "JPEG", 9: "JBIG", 10: "JBIG", 32809: "ThunderScan", 32909: "PixarLog",
        33003: "JPEG 2000", 33005: "JPEG 2000", 34661: "JBIG", 34712: "JPEG 2000", 34887: "LERC",
        34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
      ]
      throw .unsupported("its compression is \(names[code] ?? "unknown (\(code))")")
    }
  }

  /// Whether the tag Predictor applies.
  var mayBePredicted: Bool { self == .lzw || self == .deflate }

  /// The maximum number of bytes that one compressed byte can make: a run of 128 in two bytes; a
  /// string of 3,838 in 12 bits; 258 in 2 bits.
  var expansion: Double {
    switch self {
    case .none: 1
    case .packBits: 64
    case .lzw: 2560
    case .deflate: 1032
    }
  }

  enum Outcome {
    case complete, endsEarly, corrupt
  }

  /// Fills a buffer from compressed bytes; what is beyond it is not decoded.
  func decode(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    switch self {
    case .none:
      guard source.count >= target.count else { return .endsEarly }
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(target.count)))
      return .complete
    case .packBits: return Self.decodePackBits(source, into: target)
    case .lzw: return LZWDecoder.decode(source, into: target)
    case .deflate: return Self.decodeDeflate(source, into: target)
    }
  }

  /// TIFF 6.0, section 9.
  private static func decodePackBits(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    var (from, to) = (0, 0)
    while to < target.count {
      guard from < source.count else { return .endsEarly }
      let control = Int(Int8(bitPattern: source[from]))
      from += 1
      if control == -128 { continue }
      let count = min(control >= 0 ? control + 1 : 1 - control, target.count - to)
      guard from + (control >= 0 ? count : 1) <= source.count else { return .endsEarly }
      if control >= 0 {
        for index in 0..<count { target[to + index] = source[from + index] }
        from += count
      } else {
        for index in 0..<count { target[to + index] = source[from] }
        from += 1
      }
      to += count
    }
    return .complete
  }

  private static func decodeDeflate(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> Outcome {
    guard let from = source.assumingMemoryBound(to: UInt8.self).baseAddress,
      let to = target.assumingMemoryBound(to: UInt8.self).baseAddress
    else { return .endsEarly }
    var count = uLongf(target.count)
    let status = uncompress(to, &count, from, uLong(source.count))
    // Z_BUF_ERROR: there is more than the buffer holds, as in a last strip with all its rows.
    if status == Z_OK || status == Z_BUF_ERROR {
      return Int(count) == target.count ? .complete : .endsEarly
    }
    return .corrupt
  }

  /// Compresses bytes as Deflate; nil if memory runs out.
  static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    var count = compressBound(uLong(bytes.count))
    var status = Z_OK
    let made = [UInt8](unsafeUninitializedCapacity: Int(count)) { target, initialized in
      // The level of our PNG files: half the time of zlib's default of 6.
      status = compress2(target.baseAddress, &count, bytes, uLong(bytes.count), 4)
      initialized = status == Z_OK ? Int(count) : 0
    }
    return status == Z_OK ? made : nil
  }
}
