import Basics
import Imaging

/// Divides a stream of concatenated JPEG, PNG and PPM or PGM images, such as that of ffmpeg's
/// `image2pipe`, into images.
struct ImageStreamReader {
  private var buffer: StreamBuffer
  private var count = 0

  /// The maximum size of an image in bytes.
  private static let limit = 1 << 31
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init(_ stream: ByteStream) { buffer = StreamBuffer(stream) }

  /// The next image, whole or as far as the stream goes; bytes that start no image are one that fails.
  /// Nil at the end.
  mutating func next() throws(FileError) -> InputItem? {
    guard try buffer.fill(1) else { return nil }
    _ = try buffer.fill(Self.png.count)
    let codec = Codec(signatureOf: Array(buffer.unread.prefix(16)))
    let (length, ending): (Int, String)
    switch codec {
    case .jpeg: (length, ending) = (try jpegLength(), "jpg")
    case .png: (length, ending) = (try pngLength(), "png")
    case .netpbm: (length, ending) = (try netpbmLength(), "ppm")
    default: (length, ending) = (try lengthOfUnknown(), "bin")
    }
    count += 1
    let digits = String(count)
    let name =
      "frame-" + String(repeating: "0", count: max(6 - digits.count, 0)) + digits + ".\(ending)"
    return InputItem(path: name, content: .bytes(buffer.take(min(length, buffer.count))))
  }

  /// The length of the JPEG at the start (ITU-T T.81, annex B): marker segments, and after the header
  /// of each scan the data up to the next marker that is no restart.
  private mutating func jpegLength() throws(FileError) -> Int {
    var place = 2
    // No more bytes are asked for than the image has: the next image may be long in coming.
    while try buffer.fill(place + 2), place < Self.limit {
      guard buffer[place] == 0xFF else { return place }
      let marker = buffer[place + 1]
      switch marker {
      case 0xFF: place += 1
      case 0xD9: return place + 2
      case 0x01, 0xD0...0xD8: place += 2
      default:
        guard try buffer.fill(place + 4) else { return buffer.count }
        place += 2 + (Int(buffer[place + 2]) << 8 | Int(buffer[place + 3]))
        if marker == 0xDA { place = try endOfScan(from: place) }
      }
    }
    return buffer.count
  }

  /// The place of the marker after the data of a scan.
  private mutating func endOfScan(from start: Int) throws(FileError) -> Int {
    var place = start
    while try buffer.fill(place + 2), place < Self.limit {
      if buffer[place] != 0xFF {
        place += 1
      } else if buffer[place + 1] == 0xFF {
        place += 1
      } else if buffer[place + 1] == 0 || (0xD0...0xD7).contains(buffer[place + 1]) {
        place += 2
      } else {
        return place
      }
    }
    return place
  }

  /// The length of the PNG at the start: chunks up to IEND.
  private mutating func pngLength() throws(FileError) -> Int {
    var place = Self.png.count
    while try buffer.fill(place + 8), place < Self.limit {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(buffer[place + $1]) }
      let kind = (4..<8).map { buffer[place + $0] }
      place += 12 + length
      if kind == Array("IEND".utf8) {
        _ = try buffer.fill(place)
        return place
      }
    }
    return buffer.count
  }

  /// The length of the binary PPM or PGM at the start: magic number, width, height, maximum, samples.
  private mutating func netpbmLength() throws(FileError) -> Int {
    let channels: Int
    switch buffer[1] {
    case UInt8(ascii: "5"): channels = 1
    case UInt8(ascii: "6"): channels = 3
    default: return try lengthOfUnknown()  // text and bitmaps, which programs do not stream
    }
    var numbers: [Int] = []
    var place = 2
    var digits: Int?
    while numbers.count < 3, try buffer.fill(place + 1), place < 1 << 16 {
      let byte = buffer[place]
      place += 1
      if (0x30...0x39).contains(byte) {
        digits = min((digits ?? 0) * 10 + Int(byte - 0x30), Self.limit)
        continue
      }
      if let number = digits { numbers.append(number) }
      digits = nil
      if byte == UInt8(ascii: "#") {
        while try buffer.fill(place + 1), buffer[place] != UInt8(ascii: "\n") { place += 1 }
      }
    }
    guard numbers.count == 3 else { return buffer.count }
    let (pixels, isOverflow) = numbers[0].multipliedReportingOverflow(by: numbers[1])
    guard !isOverflow, pixels < Self.limit else { return try lengthOfUnknown() }
    let length = place + pixels * channels * (numbers[2] > 255 ? 2 : 1)
    _ = try buffer.fill(min(length, Self.limit))
    return length
  }

  /// The number of bytes up to the next signature of a JPEG or PNG, or the end; at least one.
  private mutating func lengthOfUnknown() throws(FileError) -> Int {
    var place = 1
    while try buffer.fill(place + 4), place < Self.limit {
      let isJPEG = buffer[place] == 0xFF && buffer[place + 1] == 0xD8 && buffer[place + 2] == 0xFF
      if isJPEG || (0..<4).allSatisfy({ buffer[place + $0] == Self.png[$0] }) { return place }
      place += 1
    }
    return buffer.count
  }
}
