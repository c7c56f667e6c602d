import Foundation
import Testing

@testable import Imaging

/// Our own reading of JPEGs at a reduced size, against the definition and against libjpeg.
struct ReducedJPEGTests {
  /// The cosine transform's weight of a frequency at a sample, for n samples (T.81, A.3.3 for 8).
  private static func weight(_ frequency: Int, _ place: Int, _ n: Int) -> Double {
    let angle = Double((2 * place + 1) * frequency) * .pi / Double(2 * n)
    return cos(angle) * (frequency == 0 ? 1 : 2.0.squareRoot()) / Double(n).squareRoot()
  }

  /// A block's lowest n x n frequencies as n x n samples: transformed and back, sum by sum. The factor
  /// n / 8 keeps the mean.
  private static func reduced(_ block: [Double], to n: Int) -> [Double] {
    var result = [Double](repeating: 0, count: n * n)
    for v in 0..<n {
      for u in 0..<n {
        let coefficient = (0..<64).reduce(0.0) {
          $0 + block[$1] * weight(u, $1 % 8, 8) * weight(v, $1 / 8, 8)
        }
        for at in result.indices {
          result[at] +=
            coefficient * weight(u, at % n, n) * weight(v, at / n, n) * Double(n) / 8
        }
      }
    }
    return result
  }

  /// Gray, of all sizes: full decoding rounds samples by up to a half, which the means even out, and
  /// the result is rounded once more.
  @Test(arguments: [(64, 48), (61, 45), (8, 8), (3, 17)], [1, 2, 4])
  func grayBlocksAreTheirLowFrequencies(size: (width: Int, height: Int), eighths: Int) throws {
    let (width, height) = size
    let image = Fixtures.waves(width: width, height: height, format: .gray8)
    let bytes = try ImageFile.encode(image, as: .jpeg, quality: 85)
    let full = try ImageFile.decode(
      bytes, name: "a.jpg", options: DecodeOptions(format: .gray8)
    ).image
    let pixels = try #require(ReducedJPEG.decode(bytes, eighths: eighths, channels: 1))
    let reducedWidth = (width * eighths + 7) / 8
    #expect(pixels.count == reducedWidth * ((height * eighths + 7) / 8))
    // Blocks that the picture fills: what is beyond its edge only the encoder knows.
    for row in 0..<height / 8 {
      for column in 0..<width / 8 {
        let block = (0..<64).map {
          Double(full.bytes[(8 * row + $0 / 8) * width + 8 * column + $0 % 8])
        }
        for (at, expected) in Self.reduced(block, to: eighths).enumerated() {
          let x = column * eighths + at % eighths
          let y = row * eighths + at / eighths
          let found = Double(pixels[y * reducedWidth + x])
          #expect(abs(found - min(max(expected, 0), 255)) < 1.3, "\(x), \(y)")
        }
      }
    }
  }

  /// Every sound file that is read at all shows what libjpeg shows at the same size, within 3 levels
  /// on average where it has more than a few blocks (libjpeg's samples are means, these are without
  /// what the size cannot hold), and every file that libjpeg complains of is left to it.
  @Test(.enabled(if: !Fixtures.areAbsent, "needs ../shared/data/codecs"), arguments: [1, 2])
  func sharedFilesAreReadAsByLibjpegOrNotAtAll(eighths: Int) throws {
    var read = 0
    for entry in Fixtures.entries where entry.format == "jpeg" {
      let bytes = try Fixtures.bytes(entry.file)
      guard let pixels = ReducedJPEG.decode(bytes, eighths: eighths, channels: 3) else { continue }
      #expect(entry.valid == .valid, "\(entry.file)")
      let header = try JPEGCodec.header(bytes, name: entry.file)
      let side = max(header.width, header.height)
      let expected = try JPEGCodec.decode(
        bytes, name: entry.file, header: header,
        options: DecodeOptions(neededLongerSide: (side * eighths + 7) / 8)
      ).image
      try #require(pixels.count == expected.bytes.count, "\(entry.file)")
      let sum = zip(pixels, expected.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      if min(header.width, header.height) >= 32 {
        #expect(
          Double(sum) / Double(pixels.count) < 3, "\(entry.file) \(header.width)x\(header.height)")
      }
      read += 1
    }
    #expect(read == 28)
  }

  /// A large photograph with grain goes this way, a small or smooth one does not.
  @Test func heavyPhotographsAreReadThisWay() throws {
    var image = Fixtures.waves(width: 1232, height: 912)
    var state: UInt32 = 1
    for index in image.bytes.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      image.bytes[index] = UInt8(clamping: Int(image.bytes[index]) + Int(state >> 27) - 16)
    }
    let bytes = try ImageFile.encode(image, as: .jpeg, quality: 90)
    let decoded = try ImageFile.decode(
      bytes, name: "a.jpg", options: DecodeOptions(neededLongerSide: 300))
    #expect(decoded.image.width == 308 && decoded.warnings.isEmpty)
    #expect(decoded.image.bytes == ReducedJPEG.decode(bytes, eighths: 2, channels: 3))
    let smaller = try ImageFile.decode(bytes, name: "a.jpg").image
      .resized(width: 308, height: 228, filter: .area)
    let sum = zip(decoded.image.bytes, smaller.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(sum) / Double(smaller.bytes.count) < 2)

    #expect(ReducedJPEG.pays(byteCount: 3_600_000, width: 4000, height: 3000, eighths: 2))
    #expect(!ReducedJPEG.pays(byteCount: 900_000, width: 4000, height: 3000, eighths: 2))
    #expect(!ReducedJPEG.pays(byteCount: 3_600_000, width: 4000, height: 3000, eighths: 4))
    #expect(!ReducedJPEG.pays(byteCount: 300_000, width: 640, height: 480, eighths: 2))
  }

  /// Color files, one of them with restart markers, cut short or with two bytes changed: what is read
  /// here, libjpeg reads without complaint.
  @Test func damagedFilesAreLeftToLibjpeg() throws {
    try expectCare(with: ImageFile.encode(Fixtures.waves(width: 70, height: 50), as: .jpeg))
  }

  @Test(.enabled(if: !Fixtures.areAbsent, "needs ../shared/data/codecs"))
  func damagedFilesWithRestartsAreLeftToLibjpeg() throws {
    try expectCare(with: Fixtures.bytes("jpeg/restarts.jpg"))
  }

  private func expectCare(with sound: [UInt8]) throws {
    #expect(ReducedJPEG.decode(sound, eighths: 2, channels: 3) != nil)
    for length in stride(from: 0, to: sound.count - 1, by: 1 + sound.count / 2000) {
      #expect(ReducedJPEG.decode(Array(sound[..<length]), eighths: 2, channels: 3) == nil)
    }
    let header = try JPEGCodec.header(sound, name: "a.jpg")
    let quarter = DecodeOptions(neededLongerSide: (max(header.width, header.height) + 3) / 4)
    var state: UInt32 = 7
    var read = 0
    var far = 0
    for _ in 0..<10_000 {
      var bytes = sound
      for _ in 0..<2 {
        state = state &* 1_664_525 &+ 1_013_904_223
        bytes[Int(state >> 8) % bytes.count] = UInt8(truncatingIfNeeded: state >> 3)
      }
      guard let pixels = ReducedJPEG.decode(bytes, eighths: 2, channels: 3) else { continue }
      read += 1
      let expected = try ImageFile.decode(bytes, name: "a.jpg", options: quarter)
      #expect(expected.warnings.isEmpty, "\(expected.warnings)")
      let sum = zip(pixels, expected.image.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      if Double(sum) / Double(pixels.count) > 24 { far += 1 }
    }
    // Changed coefficients and steps can overflow libjpeg's 16 bits, which do not here.
    #expect(read > 500 && far < read / 8, "\(far) of \(read)")
  }

  /// A JPEG of 2048 x 1024 pixels in one scan with one code each for DC and AC, and no data but zeros:
  /// every block has a DC coefficient of 11 bits and 63 of ten.
  private func endless(factors: UInt8, extra: [UInt8] = []) -> [UInt8] {
    func segment(_ marker: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [0xFF, marker, UInt8((bytes.count + 2) >> 8), UInt8((bytes.count + 2) & 255)] + bytes
    }
    let frame: [UInt8] = [8, 4, 0, 8, 0, 3] + (1...3).flatMap { [$0, factors, 0] }
    let lengths = [UInt8](repeating: 0, count: 15) + [1]
    return [0xFF, 0xD8] + extra + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
      + segment(0xC0, frame) + segment(0xC4, [0] + lengths + [0x0B])
      + segment(0xC4, [0x10] + lengths + [0x0A])
      + segment(0xDA, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
      + [UInt8](repeating: 0, count: 3_000_000) + [0xFF, 0xD9]
  }

  /// 48 blocks in a coded unit, which T.81 (B.2.3) forbids, take more bytes than are looked ahead.
  @Test func tooManyBlocksAreLeftToLibjpeg() throws {
    #expect(ReducedJPEG.decode(endless(factors: 0x44), eighths: 2, channels: 3) == nil)
    #expect(ReducedJPEG.decode(endless(factors: 0x11), eighths: 2, channels: 3) == nil)
    #expect(throws: ImagingError.self) {
      try ImageFile.decode(
        endless(factors: 0x44), name: "a.jpg", options: DecodeOptions(neededLongerSide: 500))
    }
  }

  /// A hundred thousand tables that no scan names cost no more than their bytes.
  @Test func tablesThatNobodyUsesAreNotBuilt() throws {
    let table: [UInt8] = [0x03] + [UInt8](repeating: 0, count: 15) + [1, 5]
    let tables = [UInt8]((0..<100_000).flatMap { _ in [0xFF, 0xC4, 0, 20] + table })
    let sound = try ImageFile.encode(Fixtures.waves(width: 70, height: 50), as: .jpeg)
    let clock = ContinuousClock()
    let time = clock.measure {
      let bytes = Array(sound[..<2]) + tables + sound[2...]
      #expect(ReducedJPEG.decode(bytes, eighths: 2, channels: 3) != nil)
    }
    #expect(time < .seconds(2))  // 4 s where each is built
  }

  /// What is called JFIF without being it decides nothing about colors, as in libjpeg.
  @Test func shortApplicationSegmentsDecideNothing() throws {
    var bytes = try ImageFile.encode(Fixtures.waves(width: 70, height: 50), as: .jpeg)
    #expect(bytes[2...].starts(with: [0xFF, 0xE0, 0, 16]))
    bytes.replaceSubrange(2..<20, with: [0xFF, 0xE0, 0, 7] + Array("JFIF\0".utf8))
    #expect(ReducedJPEG.decode(bytes, eighths: 2, channels: 3) != nil)
    // Components that are called R, G and B are red, green and blue then.
    let frame = try #require(
      bytes.indices.dropLast(20).first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    let scan = try #require(
      bytes.indices.dropLast(20).first { bytes[$0...].starts(with: [0xFF, 0xDA]) })
    for (index, name) in "RGB".utf8.enumerated() {
      bytes[frame + 10 + 3 * index] = name
      bytes[scan + 5 + 2 * index] = name
    }
    #expect(ReducedJPEG.decode(bytes, eighths: 2, channels: 3) == nil)
  }
}
