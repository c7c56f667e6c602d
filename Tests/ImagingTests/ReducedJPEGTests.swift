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
  @Test(arguments: [false, true])
  func damagedFilesAreLeftToLibjpeg(hasRestarts: Bool) throws {
    if hasRestarts, Fixtures.areAbsent { return }  // needs ../shared/data/codecs
    let sound =
      try hasRestarts
      ? Fixtures.bytes("jpeg/restarts.jpg")
      : ImageFile.encode(Fixtures.waves(width: 70, height: 50), as: .jpeg)
    #expect(ReducedJPEG.decode(sound, eighths: 2, channels: 3) != nil)
    for length in stride(from: 0, to: sound.count - 1, by: 1 + sound.count / 2000) {
      #expect(ReducedJPEG.decode(Array(sound[..<length]), eighths: 2, channels: 3) == nil)
    }
    let header = try JPEGCodec.header(sound, name: "a.jpg")
    let quarter = DecodeOptions(neededLongerSide: (max(header.width, header.height) + 3) / 4)
    var state: UInt32 = 7
    var read = 0
    for _ in 0..<10_000 {
      var bytes = sound
      for _ in 0..<2 {
        state = state &* 1_664_525 &+ 1_013_904_223
        bytes[Int(state >> 8) % bytes.count] = UInt8(truncatingIfNeeded: state >> 3)
      }
      guard ReducedJPEG.decode(bytes, eighths: 2, channels: 3) != nil else { continue }
      read += 1
      #expect(throws: Never.self) {
        try ImageFile.decode(bytes, name: "a.jpg", options: quarter)
      }
    }
    #expect(read > 500)
  }
}
