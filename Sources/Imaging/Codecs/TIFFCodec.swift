/// TIFF: 1 to 16 bits per sample, gray, RGB and palettes, in strips and tiles.
enum TIFFCodec {
  /// The most pages that are counted.
  fileprivate static let mostPages = 1 << 16

  /// - Parameter page: The index of the page; nil for the first.
  static func header(_ bytes: [UInt8], page index: Int?) throws(CodecFault) -> StoredHeader {
    try TIFFPage(directory(.memory(bytes[...]), page: index).directory).header
  }

  /// Decodes a page as stored; `index` is nil for the first page, with a warning if there are more.
  static func decode(_ bytes: [UInt8], page index: Int?) throws(CodecFault) -> StoredPixels {
    let reader = try TIFFPageReader(.memory(bytes[...]), page: index)
    let header = reader.header
    return StoredPixels(
      image: Image(
        width: header.width, height: header.height, format: header.format,
        bytes: try reader.pixels(ofSegments: nil)),
      warnings: reader.warnings)
  }

  fileprivate static func directory(
    _ storage: FileIntegers.Storage, page index: Int?
  ) throws(CodecFault) -> (file: TIFFFile, directory: TIFFDirectory) {
    guard let file = TIFFFile(storage) else { throw .endsEarly("its header is cut off") }
    if file.isBigTIFF { throw .unsupported("it is a BigTIFF, of 64-bit offsets") }
    var place = file.first
    if let index {
      let pages = file.pages(limit: max(index + 1, 1))
      guard pages.indices.contains(index) else {
        throw .corrupt("it has no page \(index), counted from 0, but \(pages.count) pages")
      }
      place = pages[index]
    }
    return (file, TIFFDirectory(at: place, in: file))
  }
}

/// Reads the pixels of a page, whole or by rows of its strips or tiles.
struct TIFFPageReader {
  let header: StoredHeader
  /// What of the file is not read, one phrase each.
  let warnings: [String]
  private let page: TIFFPage
  private let segments: TIFFSegments
  private let palette: [Int]?

  /// - Parameters:
  ///   - index: The index of the page; nil for the first, with a warning if there are more.
  ///   - pieceSize: The number of bytes to which a single strip without compression is cut; nil keeps
  ///     strips whole.
  init(
    _ storage: FileIntegers.Storage, page index: Int?, pieceSize: Int? = nil
  ) throws(CodecFault) {
    let (file, directory) = try TIFFCodec.directory(storage, page: index)
    page = try TIFFPage(directory)
    header = page.header
    segments = try TIFFSegments(page, directory, in: file, pieceSize: pieceSize)
    palette = if case .palette = page.color { try directory.values(.colorMap) } else { nil }
    let pages = index == nil ? file.pages(limit: TIFFCodec.mostPages).count : 1
    var warnings: [String] = []
    if pages > 1 { warnings.append("it has \(pages) pages, of which the first is read") }
    if page.droppedSamples > 0 {
      warnings.append(
        "it has \(page.samples) channels, of which the first \(page.kept.count) are read")
    }
    self.warnings = warnings
  }

  /// The pixels of some rows of strips or tiles, counted from the top; nil for all.
  func pixels(ofSegments rows: Range<Int>?) throws(CodecFault) -> [UInt8] {
    var samples = try segments.decode(rows)
    switch page.color {
    case .gray(isInverted: true): page.invert(&samples)
    case .palette: samples = try page.colored(samples, map: palette)
    case .gray, .rgb: break
    }
    if page.isPremultiplied { page.divideByAlpha(&samples) }
    return samples
  }
}

extension TIFFPage {
  fileprivate var header: StoredHeader {
    StoredHeader(
      width: width, height: height, format: format, pixelsPerByte: pixelsPerByte,
      orientation: orientation)
  }

  /// Makes white of 0, and 0 of white.
  func invert(_ samples: inout [UInt8]) {
    samples.withUnsafeMutableBytes { bytes in
      if bits == 16 {
        let samples = bytes.assumingMemoryBound(to: UInt16.self)
        for index in stride(from: 0, to: samples.count, by: kept.count) { samples[index] ^= .max }
      } else {
        for index in stride(from: 0, to: bytes.count, by: kept.count) { bytes[index] ^= .max }
      }
    }
  }

  /// RGB for the indices of a palette of 16-bit values: all reds, all greens, all blues.
  func colored(_ indices: [UInt8], map: [Int]?) throws(CodecFault) -> [UInt8] {
    let size = 1 << bits
    guard let map, map.count >= 3 * size else {
      throw .corrupt("its palette has fewer than \(size) colors")
    }
    // Some programs write values of 8 bits.
    let shift = map.allSatisfy { $0 < 256 } ? 0 : 8
    let colors = (0..<size).map { index in
      (0..<3).map { UInt8(truncatingIfNeeded: map[$0 * size + index] >> shift) }
    }
    var pixels = [UInt8](repeating: 0, count: 3 * indices.count)
    for (place, index) in indices.enumerated() {
      for channel in 0..<3 { pixels[3 * place + channel] = colors[Int(index)][channel] }
    }
    return pixels
  }

  /// Divides color by alpha, rounded down, as Pillow does.
  func divideByAlpha(_ samples: inout [UInt8]) {
    samples.withUnsafeMutableBytes { bytes in
      if bits == 16 {
        divideByAlpha(bytes.assumingMemoryBound(to: UInt16.self))
      } else {
        divideByAlpha(bytes.assumingMemoryBound(to: UInt8.self))
      }
    }
  }

  @inline(__always)
  private func divideByAlpha<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeMutableBufferPointer<Sample>
  ) {
    let full = UInt64(Sample.max)
    for pixel in stride(from: 0, to: samples.count, by: kept.count) {
      let alpha = UInt64(samples[pixel + kept.count - 1])
      if alpha == 0 || alpha == full { continue }
      for index in pixel..<pixel + kept.count - 1 {
        samples[index] = Sample(min(UInt64(samples[index]) * full / alpha, full))
      }
    }
  }
}
