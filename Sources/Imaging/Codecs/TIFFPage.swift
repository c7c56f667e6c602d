import Basics

/// What the directory of a TIFF page states about its pixels, checked and with defaults.
///
/// Sources: TIFF revision 6.0 (Adobe, 1992), sections 3 to 15 and 18; TIFF Technical Note 2.
struct TIFFPage {
  enum Color {
    case gray(isInverted: Bool)
    case rgb
    case palette
  }

  let width: Int
  let height: Int
  /// Bits per sample as stored: 1, 2, 4, 8 or 16.
  let bits: Int
  /// Samples per pixel as stored.
  let samples: Int
  let color: Color
  /// The samples of the image, by their index: gray or RGB, then alpha.
  let kept: [Int]
  /// Whether color is multiplied by alpha.
  let isPremultiplied: Bool
  let compression: TIFFCompression
  /// Whether each sample is stored as the difference to its left neighbor.
  let isPredicted: Bool
  /// Whether each sample has strips or tiles of its own.
  let isPlanar: Bool
  let isTiled: Bool
  /// The size of a tile, or of a strip; the last strip may have fewer rows.
  let segmentWidth: Int
  var segmentHeight: Int
  let orientation: Orientation

  init(_ directory: TIFFDirectory) throws(CodecFault) {
    guard directory.isWhole else { throw .endsEarly("its directory lies beyond its end") }
    func value(_ tag: TIFFDirectory.Tag, default standard: Int? = nil) throws(CodecFault) -> Int {
      guard let value = try directory.value(tag) ?? standard else {
        throw .corrupt("it has no \(tag)")
      }
      return value
    }
    width = try value(.imageWidth)
    height = try value(.imageLength)
    guard (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height) else {
      throw .corrupt("its size is \(width)x\(height)")
    }
    compression = try TIFFCompression(code: value(.compression, default: 1))
    let samples = try value(.samplesPerPixel, default: 1)
    guard (1...Self.mostSamples).contains(samples) else {
      throw .unsupported("it has \(samples) samples per pixel")
    }
    let depths = try directory.values(.bitsPerSample) ?? [1]
    let bits = depths[0]
    guard depths.allSatisfy({ $0 == bits }) else {
      throw .unsupported("its samples have different numbers of bits")
    }
    for format in try directory.values(.sampleFormat) ?? [] where format != 1 && format != 4 {
      let kind = [2: "signed", 3: "floating-point", 5: "complex", 6: "complex"][format]
      throw .unsupported("its samples are \(kind ?? "of the unknown format \(format)")")
    }
    guard [1, 2, 4, 8, 16].contains(bits), bits >= 8 || samples == 1 else {
      throw .unsupported("it has \(Sentence.count(samples, "sample")) of \(bits) bits per pixel")
    }
    color = try Self.color(value(.photometricInterpretation))
    let colors = if case .rgb = color { 3 } else { 1 }
    guard samples >= colors, colors == 1 || bits >= 8 else {
      throw .corrupt("it has \(samples) samples of \(bits) bits per pixel for RGB")
    }
    if case .palette = color, samples > 1 || bits > 8 {
      throw .unsupported("it has a palette with \(samples) samples of \(bits) bits per pixel")
    }
    // RGB files without the tag exist, and other programs read their fourth sample as alpha.
    let extras = try directory.values(.extraSamples) ?? (colors == 3 ? [2] : [])
    let alpha = extras.prefix(samples - colors).firstIndex { $0 == 1 || $0 == 2 }
    kept = Array(0..<colors) + (alpha.map { [colors + $0] } ?? [])
    isPremultiplied = alpha.map { extras[$0] == 1 } ?? false
    guard try value(.fillOrder, default: 1) == 1 || bits >= 8 else {
      throw .unsupported("its bits are in reverse order (FillOrder 2)")
    }
    isPlanar = try value(.planarConfiguration, default: 1) == 2 && samples > 1
    let predictor = try value(.predictor, default: 1)
    isPredicted = predictor == 2 && compression.mayBePredicted
    if compression.mayBePredicted, predictor != 1, predictor != 2 || bits < 8 {
      throw .unsupported("it has the predictor \(predictor) for \(bits) bits per sample")
    }
    (self.samples, self.bits) = (samples, bits)
    isTiled = try directory.values(.tileOffsets) != nil
    let defaultRows = Int(UInt32.max)
    segmentWidth = try isTiled ? value(.tileWidth) : width
    segmentHeight =
      try isTiled
      ? value(.tileLength) : min(height, value(.rowsPerStrip, default: defaultRows))
    guard segmentWidth > 0, segmentHeight > 0 else {
      throw .corrupt("its strips or tiles have \(segmentWidth)x\(segmentHeight) pixels")
    }
    orientation = directory.orientation ?? .upright
  }

  /// The longest side in pixels, so that products with sample sizes do not overflow.
  private static let longestSide = Int(Int32.max)
  private static let mostSamples = 64

  private static func color(_ code: Int) throws(CodecFault) -> Color {
    switch code {
    case 0: return .gray(isInverted: true)
    case 1: return .gray(isInverted: false)
    case 2: return .rgb
    case 3: return .palette
    default:
      let names = [
        4: "a transparency mask", 5: "CMYK", 6: "YCbCr", 8: "CIE L*a*b*", 9: "ICC L*a*b*",
        32803: "a color filter array", 34892: "linear raw",
      ]
      throw .unsupported(
        "its colors are \(names[code] ?? "of the unknown photometric interpretation \(code)")")
    }
  }
}

extension TIFFPage {
  /// The layout of the decoded image.
  var format: PixelFormat {
    let channels = if case .palette = color { 3 } else { kept.count }
    return PixelFormat(channels: channels, bitDepth: bits == 16 ? 16 : 8)
  }

  /// The maximum number of pixels that one byte of the file can encode.
  var pixelsPerByte: Double { compression.expansion * 8 / Double(bits * samples) }

  /// Bytes of a row of a strip or tile, after decompression.
  var segmentRowBytes: Int { (segmentWidth * (isPlanar ? 1 : samples) * bits + 7) / 8 }

  var segmentsAcross: Int { (width - 1) / segmentWidth + 1 }
  var segmentsDown: Int { (height - 1) / segmentHeight + 1 }

  /// The number of samples that are not part of the image.
  var droppedSamples: Int { samples - kept.count }
}
