/// TIFF: 1 to 16 bits per sample, gray, RGB and palettes, in strips and tiles.
enum TIFFCodec {
  /// The most pages that are counted.
  private static let mostPages = 1 << 16

  /// - Parameter page: The index of the page; nil for the first.
  static func header(_ bytes: [UInt8], page index: Int?) throws(CodecFault) -> StoredHeader {
    let page = try TIFFPage(directory(bytes, page: index).directory)
    return StoredHeader(
      width: page.width, height: page.height, format: page.format,
      pixelsPerByte: page.pixelsPerByte, orientation: page.orientation)
  }

  /// Decodes a page as stored; `index` is nil for the first page, with a warning if there are more.
  static func decode(_ bytes: [UInt8], page index: Int?) throws(CodecFault) -> StoredPixels {
    let (file, directory) = try directory(bytes, page: index)
    let page = try TIFFPage(directory)
    var samples = try TIFFSegments(page, directory, in: file).decode()
    switch page.color {
    case .gray(isInverted: true): page.invert(&samples)
    case .palette: samples = try page.colored(samples, map: directory.values(.colorMap))
    case .gray, .rgb: break
    }
    if page.isPremultiplied { page.divideByAlpha(&samples) }
    let pages = index == nil ? file.pages(limit: mostPages).count : 1
    var warnings: [String] = []
    if pages > 1 { warnings.append("it has \(pages) pages, of which the first is read") }
    if page.droppedSamples > 0 {
      warnings.append(
        "it has \(page.samples) channels, of which the first \(page.kept.count) are read")
    }
    return StoredPixels(
      image: Image(width: page.width, height: page.height, format: page.format, bytes: samples),
      warnings: warnings)
  }

  private static func directory(
    _ bytes: [UInt8], page index: Int?
  ) throws(CodecFault) -> (file: TIFFFile, directory: TIFFDirectory) {
    guard let file = TIFFFile(bytes[...]) else { throw .endsEarly("its header is cut off") }
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

extension TIFFPage {
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
