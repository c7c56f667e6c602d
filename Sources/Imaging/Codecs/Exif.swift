/// Reads the orientation from a file's EXIF data.
///
/// Every offset and length is checked; invalid data count as upright. Sources: Exif 2.3
/// (JEITA CP-3451C), TIFF 6.0 section 2, ITU-T T.81 annex B, PNG third edition section 11.3.4.5.
enum Exif {
  /// The orientation of a JPEG; upright if it has no valid one.
  static func orientation(ofJPEG bytes: [UInt8]) -> Orientation {
    jpegBlock(in: bytes).flatMap(orientation(inTIFF:)) ?? .upright
  }

  /// The orientation of a PNG; upright if it has no valid one.
  static func orientation(ofPNG bytes: [UInt8]) -> Orientation {
    pngBlock(in: bytes).flatMap(orientation(inTIFF:)) ?? .upright
  }

  /// The TIFF block of a JPEG's first APP1 segment that has one, searched up to the first scan.
  static func jpegBlock(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var at = 2
    while true {
      // Skips to the next marker, over fill and stray bytes, as libjpeg does.
      while at + 1 < bytes.count, bytes[at] != 0xFF || bytes[at + 1] == 0xFF || bytes[at + 1] == 0 {
        at += 1
      }
      guard at + 1 < bytes.count else { return nil }
      let marker = bytes[at + 1]
      at += 2
      if (0xD0...0xD8).contains(marker) || marker == 0x01 { continue }  // without a length
      if marker == 0xD9 || marker == 0xDA { return nil }  // the end, or the first scan
      guard at + 2 <= bytes.count else { return nil }
      let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
      guard length >= 2, at + length <= bytes.count else { return nil }
      let segment = bytes[at + 2..<at + length]
      let signature: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]  // "Exif"
      if marker == 0xE1, segment.starts(with: signature) {
        return segment.dropFirst(signature.count)
      }
      at += length
    }
  }

  /// The contents of a PNG's eXIf chunk, searched up to the first IDAT.
  static func pngBlock(in bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let type = bytes[at + 4..<at + 8]
      guard length <= bytes.count - at - 12 else { return nil }
      if type.elementsEqual("eXIf".utf8) { return bytes[at + 8..<at + 8 + length] }
      if type.elementsEqual("IDAT".utf8) { return nil }
      at += 12 + length
    }
    return nil
  }

  /// The orientation of the first directory of a TIFF block.
  static func orientation(inTIFF block: ArraySlice<UInt8>) -> Orientation? {
    guard let file = TIFFFile(.memory(block)), !file.isBigTIFF else { return nil }
    return TIFFDirectory(at: file.first, in: file).orientation
  }
}
