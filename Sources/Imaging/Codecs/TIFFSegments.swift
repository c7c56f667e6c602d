/// The strips or tiles of a TIFF page, decoded into one buffer.
struct TIFFSegments {
  private let page: TIFFPage
  private let integers: FileIntegers
  private let offsets: [Int]
  /// Compressed bytes of each; nil if the file does not state them, as is allowed without compression.
  private let counts: [Int]?

  /// Throws for strips or tiles that are missing or out of all proportion to the image.
  ///
  /// - Parameter pieceSize: The number of bytes to which a single strip without compression is cut; nil
  ///   keeps strips whole.
  init(
    _ page: TIFFPage, _ directory: TIFFDirectory, in file: TIFFFile, pieceSize: Int? = nil
  ) throws(CodecFault) {
    var page = page
    integers = file.integers
    guard var offsets = try directory.values(page.isTiled ? .tileOffsets : .stripOffsets) else {
      throw .corrupt("it has no strips or tiles")
    }
    var counts = try directory.values(page.isTiled ? .tileByteCounts : .stripByteCounts)
    let planes = page.isPlanar ? page.samples : 1
    let needed = page.segmentsAcross * page.segmentsDown  // each below 2^31
    guard offsets.count / planes >= needed, (counts?.count ?? offsets.count) >= offsets.count else {
      throw .corrupt("it has \(offsets.count) strips or tiles, too few for its pixels")
    }
    guard counts != nil || page.compression == .none else {
      throw .corrupt("it does not state the sizes of its strips or tiles")
    }
    // A few bytes must not claim tiles that take all memory, or hours to decode.
    let height = Double(page.height)
    let stored = Double((page.width * page.samples * page.bits + 7) / 8) * height
    let decoded = Double(page.segmentRowBytes * page.segmentsAcross * planes) * height
    guard decoded <= max(4 * stored, Self.alwaysDecoded) else {
      throw .corrupt(
        "its tiles of \(page.segmentWidth)x\(page.segmentHeight) pixels are too large for an image of "
          + "\(page.width)x\(page.height)")
    }
    if let pieceSize, page.compression == .none, !page.isTiled, page.segmentsDown == 1 {
      page.segmentHeight = min(max(pieceSize / page.segmentRowBytes, 1), page.height)
      let step = page.segmentHeight * page.segmentRowBytes
      offsets = offsets.prefix(planes).flatMap { offset in
        (0..<page.segmentsDown).map { offset + step * $0 }
      }
      counts = nil
    }
    (self.page, self.offsets, self.counts) = (page, offsets, counts)
  }

  private static let alwaysDecoded = Double(1 << 26)

  /// The samples that the page keeps, in rows from the top, of 8 bits or of 16 in the machine's byte
  /// order. Gray of fewer bits is scaled to 8; indices of a palette are not.
  ///
  /// - Parameter chosen: The rows of strips or tiles, counted from the top; nil for all.
  func decode(_ chosen: Range<Int>?) throws(CodecFault) -> [UInt8] {
    let chosen = chosen ?? 0..<page.segmentsDown
    let first = chosen.lowerBound * page.segmentHeight
    let last = min(chosen.upperBound * page.segmentHeight, page.height)
    let pixelBytes = page.kept.count * (page.bits == 16 ? 2 : 1)
    var image = [UInt8](repeating: 0, count: page.width * (last - first) * pixelBytes)
    let rows = min(page.segmentHeight, page.height)
    var segment = [UInt8](repeating: 0, count: rows * page.segmentRowBytes)
    // The samples of a segment, and the channels of the image that they become.
    let planes: [(number: Int, samples: [(from: Int, to: Int)])] =
      page.isPlanar
      ? page.kept.enumerated().map { (number: $0.element, samples: [(from: 0, to: $0.offset)]) }
      : [(number: 0, samples: page.kept.enumerated().map { (from: $0.element, to: $0.offset) })]
    for plane in planes {
      for down in chosen {
        for across in 0..<page.segmentsAcross {
          let number =
            (plane.number * page.segmentsDown + down) * page.segmentsAcross + across
          let top = down * page.segmentHeight
          let region = Region(
            left: across * page.segmentWidth, top: top - first,
            width: min(page.segmentWidth, page.width - across * page.segmentWidth),
            height: min(page.segmentHeight, page.height - top))
          try fill(&segment, rows: region.height, from: number)
          place(segment, at: region, plane.samples, in: &image)
        }
      }
    }
    return image
  }

  /// The part of the decoded rows that a segment covers, in pixels.
  private struct Region {
    let left: Int
    let top: Int
    let width: Int
    let height: Int
  }

  /// Decompresses the first rows of a segment, and restores their byte order and differences.
  private func fill(
    _ segment: inout [UInt8], rows: Int, from number: Int
  ) throws(CodecFault) {
    let needed = rows * page.segmentRowBytes
    let stated = counts.map { $0[number] } ?? 0
    let count = stated == 0 && page.compression == .none ? needed : stated
    let size = integers.count
    let start = min(offsets[number], size)
    let end = min(start + count, size)
    let outcome = integers.withBytes(at: start..<end) { source in
      segment.withUnsafeMutableBytes { target in
        page.compression.decode(
          source, into: UnsafeMutableRawBufferPointer(rebasing: target[..<needed]))
      }
    }
    let isCut = offsets[number] + count > size
    switch outcome {
    case .complete: break
    case .corrupt where !isCut:
      throw .corrupt("the \(page.compression) data of \(name(number)) are invalid")
    case .endsEarly, .corrupt: throw .endsEarly("\(name(number)) is cut off")
    }
    segment.withUnsafeMutableBytes { bytes in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: bytes[..<needed])
      if page.bits == 16 {
        let samples = bytes.assumingMemoryBound(to: UInt16.self)
        if !integers.isNative {
          for index in samples.indices { samples[index] = samples[index].byteSwapped }
        }
        if page.isPredicted { addDifferences(samples, rows: rows) }
      } else if page.isPredicted {
        addDifferences(bytes.assumingMemoryBound(to: UInt8.self), rows: rows)
      }
    }
  }

  private func name(_ number: Int) -> String {
    "\(page.isTiled ? "tile" : "strip") \(number + 1) of \(offsets.count)"
  }

  /// Adds to each sample its left neighbor of the same kind (TIFF 6.0, section 14).
  @inline(__always)
  private func addDifferences<Sample: FixedWidthInteger>(
    _ samples: UnsafeMutableBufferPointer<Sample>, rows: Int
  ) {
    let step = page.isPlanar ? 1 : page.samples
    let length = samples.count / rows
    for row in 0..<rows {
      let start = row * length
      for index in stride(from: start + step, to: start + length, by: 1) {
        samples[index] &+= samples[index - step]
      }
    }
  }

  /// Copies samples of a segment into channels of the image.
  private func place(
    _ segment: [UInt8], at region: Region, _ samples: [(from: Int, to: Int)],
    in image: inout [UInt8]
  ) {
    segment.withUnsafeBytes { source in
      image.withUnsafeMutableBytes { target in
        if page.bits < 8 {
          expand(source, at: region, in: target)
        } else if page.bits == 8 {
          copy(
            source.assumingMemoryBound(to: UInt8.self), at: region, samples,
            in: target.assumingMemoryBound(to: UInt8.self))
        } else {
          copy(
            source.assumingMemoryBound(to: UInt16.self), at: region, samples,
            in: target.assumingMemoryBound(to: UInt16.self))
        }
      }
    }
  }

  @inline(__always)
  private func copy<Sample: FixedWidthInteger>(
    _ source: UnsafeBufferPointer<Sample>, at region: Region, _ samples: [(from: Int, to: Int)],
    in target: UnsafeMutableBufferPointer<Sample>
  ) {
    let (step, channels) = (page.isPlanar ? 1 : page.samples, page.kept.count)
    for row in 0..<region.height {
      for sample in samples {
        var from = row * page.segmentWidth * step + sample.from
        var to = ((region.top + row) * page.width + region.left) * channels + sample.to
        for _ in 0..<region.width {
          target[to] = source[from]
          from += step
          to += channels
        }
      }
    }
  }

  /// Copies samples of 1, 2 or 4 bits, of which the first is in the highest bits of its byte.
  private func expand(
    _ source: UnsafeRawBufferPointer, at region: Region,
    in target: UnsafeMutableRawBufferPointer
  ) {
    let (bits, largest) = (page.bits, 1 << page.bits - 1)
    let scale = if case .palette = page.color { 1 } else { 255 / largest }
    for row in 0..<region.height {
      let from = row * page.segmentRowBytes
      let to = (region.top + row) * page.width + region.left
      for x in 0..<region.width {
        let place = x * bits
        let sample = Int(source[from + place / 8]) >> (8 - bits - place % 8) & largest
        target[to + x] = UInt8(sample * scale)
      }
    }
  }
}
