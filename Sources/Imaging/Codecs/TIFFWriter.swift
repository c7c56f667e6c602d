/// Writes TIFF files: one page in strips, compressed as Deflate with differences of neighbors.
///
/// Sources: TIFF revision 6.0 (Adobe, 1992), sections 3 to 8 and 14; Adobe Photoshop TIFF Technical
/// Notes (2002) for Deflate.
struct TIFFWriter {
  /// The approximate size of a strip, in bytes before compression.
  private static let stripSize = 1 << 18

  private let width: Int
  private let height: Int
  private let format: PixelFormat
  /// The compressed strips, which are short for masks.
  private var strips: [[UInt8]] = []
  /// Rows that are not yet in a strip.
  private var pending: [UInt8] = []
  private var channels: Int { format.channels }
  private var rowBytes: Int { width * format.bytesPerPixel }
  private var rowsPerStrip: Int { max(1, Self.stripSize / rowBytes) }

  /// Starts a file.
  init(width: Int, height: Int, format: PixelFormat) {
    (self.width, self.height, self.format) = (width, height, format)
  }

  /// The bytes of a file; nil if memory runs out, or it would exceed the 4 GB that TIFF can address.
  static func encode(_ image: Image) -> [UInt8]? {
    var writer = TIFFWriter(width: image.width, height: image.height, format: image.format)
    let step = writer.rowsPerStrip * writer.rowBytes
    for start in stride(from: 0, to: image.bytes.count, by: step) {
      guard writer.append(image.bytes[start...].prefix(step)) else { return nil }
    }
    return writer.file()
  }

  /// Adds whole rows; false if memory runs out.
  mutating func append(_ rows: some Collection<UInt8>) -> Bool {
    pending += rows
    let size = rowsPerStrip * rowBytes
    var start = 0
    while pending.count - start >= size {
      guard addStrip(pending[start..<start + size]) else { return false }
      start += size
    }
    pending.removeFirst(start)
    return true
  }

  /// The bytes of the file after all rows; nil if memory runs out, or it would exceed the 4 GB that
  /// TIFF can address.
  mutating func file() -> [UInt8]? {
    if !pending.isEmpty {
      guard addStrip(pending[...]) else { return nil }
      pending = []
    }
    let size = strips.reduce(0) { $0 + $1.count }
    // The directory has twelve or thirteen entries, and two values of 4 bytes for each strip.
    guard size + 8 * strips.count + 1024 <= Int(UInt32.max) else { return nil }
    var file = directory(of: strips)
    file.reserveCapacity(file.count + size)
    for strip in strips { file += strip }
    return file
  }

  private mutating func addStrip(_ rows: ArraySlice<UInt8>) -> Bool {
    guard let strip = TIFFCompression.deflated(differences(of: rows)) else { return false }
    strips.append(strip)
    return true
  }

  /// Rows of samples, each as the difference to the one of the same channel to its left.
  private func differences(of rows: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(rows)
    bytes.withUnsafeMutableBytes { buffer in
      if format.bitDepth == 16 {
        subtract(buffer.assumingMemoryBound(to: UInt16.self))
      } else {
        subtract(buffer.assumingMemoryBound(to: UInt8.self))
      }
    }
    return bytes
  }

  @inline(__always)
  private func subtract<Sample: FixedWidthInteger>(
    _ samples: UnsafeMutableBufferPointer<Sample>
  ) {
    let length = width * channels
    for row in stride(from: 0, to: samples.count, by: length) {
      for index in stride(from: row + length - 1, to: row + channels - 1, by: -1) {
        samples[index] &-= samples[index - channels]
      }
    }
  }

  private enum Values {
    case short([Int])
    case long([Int])

    /// In the machine's byte order, which is that of the file.
    var bytes: [UInt8] {
      switch self {
      case .short(let values): values.flatMap { TIFFWriter.bytes(UInt16($0)) }
      case .long(let values): values.flatMap { TIFFWriter.bytes(UInt32($0)) }
      }
    }

    var count: Int {
      switch self {
      case .short(let values), .long(let values): values.count
      }
    }

    var type: Int {
      switch self {
      case .short: 3
      case .long: 4
      }
    }
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  /// The header, the directory and its values, behind which the strips follow.
  private func directory(of strips: [[UInt8]]) -> [UInt8] {
    let depths = [Int](repeating: format.bitDepth, count: channels)
    var entries: [(tag: TIFFDirectory.Tag, values: Values)] = [
      (.imageWidth, .long([width])),
      (.imageLength, .long([height])),
      (.bitsPerSample, .short(depths)),
      (.compression, .short([8])),
      (.photometricInterpretation, .short([channels >= 3 ? 2 : 1])),
      (.stripOffsets, .long(strips.map { _ in 0 })),
      (.samplesPerPixel, .short([channels])),
      (.rowsPerStrip, .long([rowsPerStrip])),
      (.stripByteCounts, .long(strips.map(\.count))),
      (.planarConfiguration, .short([1])),
      (.predictor, .short([2])),
    ]
    if channels % 2 == 0 { entries.append((.extraSamples, .short([2]))) }
    entries.append((.sampleFormat, .short(depths.map { _ in 1 })))

    let start = 8 + 2 + 12 * entries.count + 4
    let longValues = entries.map(\.values.bytes.count).filter { $0 > 4 }.reduce(0, +)
    var place = start + longValues
    let offsets = strips.map { strip in
      defer { place += strip.count }
      return place
    }
    var table = Self.bytes(UInt16(entries.count))
    var behind: [UInt8] = []
    for entry in entries {
      let values = entry.tag == .stripOffsets ? .long(offsets) : entry.values
      var bytes = values.bytes
      table += Self.bytes(UInt16(entry.tag.rawValue)) + Self.bytes(UInt16(values.type))
      table += Self.bytes(UInt32(values.count))
      if bytes.count > 4 {
        table += Self.bytes(UInt32(start + behind.count))
        behind += bytes
      } else {
        bytes += [UInt8](repeating: 0, count: 4 - bytes.count)
        table += bytes
      }
    }
    let mark = [UInt8](repeating: FileIntegers.isMachineLittleEndian ? 0x49 : 0x4D, count: 2)
    return mark + Self.bytes(UInt16(42)) + Self.bytes(UInt32(8)) + table + Self.bytes(UInt32(0))
      + behind
  }
}
