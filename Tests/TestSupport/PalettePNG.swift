/// Writes PNG files with a palette, which the encoder of the library does not make.
///
/// Source: PNG specification (W3C, third edition), sections 5 and 11.2; RFC 1950 and 1951 (stored
/// blocks).
package enum PalettePNG {
  /// - Parameters:
  ///   - bits: Bits per index: 1, 2, 4 or 8.
  ///   - palette: Red, green and blue of each entry.
  ///   - indices: One index per pixel, row by row.
  package static func encode(
    width: Int, height: Int, bits: Int = 8, palette: [[UInt8]], indices: [UInt8]
  ) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)  // no filter
      var (byte, filled) = (0, 0)
      for x in 0..<width {
        byte = byte << bits | Int(indices[y * width + x])
        filled += bits
        if filled == 8 {
          rows.append(UInt8(byte))
          (byte, filled) = (0, 0)
        }
      }
      if filled > 0 { rows.append(UInt8(byte << (8 - filled))) }
    }
    let header = big(UInt32(width)) + big(UInt32(height)) + [UInt8(bits), 3, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("PLTE", palette.flatMap { $0 }) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
  }

  /// The palette of Pascal VOC: bits 0, 1 and 2 of an index are the highest bits of its color.
  package static let voc: [[UInt8]] = (0..<256).map { index in
    var (rest, color) = (index, [UInt8](repeating: 0, count: 3))
    for shift in stride(from: 7, through: 0, by: -1) {
      for channel in 0..<3 { color[channel] |= UInt8(rest >> channel & 1) << shift }
      rest >>= 3
    }
    return color
  }

  private static func big(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(number >> $0 & 255) }
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc = UInt32.max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return big(UInt32(data.count)) + body + big(~crc)
  }

  /// A zlib stream of stored blocks.
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in data {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    for start in stride(from: 0, to: data.count, by: 65535) {
      let part = data[start..<min(start + 65535, data.count)]
      let count = UInt16(part.count)
      result += [start + 65535 >= data.count ? 1 : 0]
      result += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      result += part
    }
    return result + big(b << 16 | a)
  }
}
