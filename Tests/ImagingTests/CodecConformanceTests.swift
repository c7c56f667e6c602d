import Basics
import TestSupport
import Testing

@testable import Imaging

/// Every image of the decoder tests comes out as the manifest says, whose digests Pillow made (see
/// the README beside it), or is refused in one sentence.
@Suite(.enabled(if: !Fixtures.areAbsent, "needs ../shared/data/codecs"))
struct CodecConformanceTests {
  @Test(arguments: Fixtures.entries.filter { $0.valid == .valid })
  func decodesTheExactPixels(of entry: Fixtures.Entry) throws {
    var decoded = try ImageFile.read(entry.path)
    #expect(decoded.image.format == .rgb8)
    if entry.rgbaDigest != nil || entry.file.contains("/tb") {
      // The manifest's RGB drops alpha, where decoding composites over gray. PngSuite's names with
      // "tb" have a transparent color.
      decoded = try ImageFile.read(entry.path, policy: DecodePolicy(format: .rgba8))
      decoded.image = decoded.image.converted(to: .rgb8)
    }
    #expect(decoded.image.width == entry.uprightWidth ?? entry.width)
    #expect(decoded.image.height == entry.uprightHeight ?? entry.height)
    #expect(decoded.originalWidth == decoded.image.width)
    #expect(decoded.originalHeight == decoded.image.height)
    #expect(SHA256.hex(of: decoded.image.bytes) == entry.uprightDigest ?? entry.rgbDigest)
    let information = try ImageFile.information(entry.path)
    #expect(information.width == decoded.image.width)
    #expect(information.height == decoded.image.height)
    #expect(information.codec.rawValue == entry.format)
  }

  @Test(
    arguments: Fixtures.entries.filter {
      $0.rgbaDigest != nil && $0.valid == .valid && !$0.file.hasSuffix(unscaledTransparency)
    })
  func decodesTheExactTransparency(of entry: Fixtures.Entry) throws {
    let decoded = try ImageFile.read(entry.path, policy: DecodePolicy(format: .rgba8))
    #expect(decoded.image.format == .rgba8)
    #expect(SHA256.hex(of: decoded.image.bytes) == entry.rgbaDigest)
  }

  /// Its tRNS chunk makes gray 15 of 15 transparent. Pillow compares that 15 with the gray expanded to
  /// 8 bits, finds no such pixel, and so the manifest's digest has none.
  @Test func expandsTransparentGrayWithTheGray() throws {
    let decoded = try ImageFile.read(
      Fixtures.codecs + "/pngsuite/\(Self.unscaledTransparency)",
      policy: DecodePolicy(format: PixelFormat(channels: 2)))
    let bytes = decoded.image.bytes
    for i in stride(from: 0, to: bytes.count, by: 2) {
      #expect(bytes[i + 1] == (bytes[i] == 255 ? 0 : 255))
    }
    #expect(bytes.contains(0))
  }

  static let unscaledTransparency = "tbbn0g04.png"

  @Test(arguments: Fixtures.entries.filter { $0.valid == .invalid })
  func refuses(_ entry: Fixtures.Entry) throws {
    let error = try #require(throws: ImagingError.self) {
      try ImageFile.read(entry.path, policy: DecodePolicy(acceptsTruncated: false)).image.width
    }
    expectOneSentence(error, about: entry.path)
  }

  /// Both answers are right; what it must not do is crash, or give an image of another size.
  @Test(arguments: Fixtures.entries.filter { $0.valid == .damaged })
  func decodesOrRefuses(_ entry: Fixtures.Entry) {
    do {
      let decoded = try ImageFile.read(entry.path)
      #expect(decoded.image.width == entry.width && decoded.image.height == entry.height)
    } catch {
      expectOneSentence(error, about: entry.path)
    }
  }

  @Test(arguments: Fixtures.entries)
  func survivesAllOptions(on entry: Fixtures.Entry) throws {
    for format in [nil, .gray8, PixelFormat(channels: 2, bitDepth: 16)] as [PixelFormat?] {
      let policy = DecodePolicy(format: format, neededLongerSide: 40, acceptsTruncated: true)
      do {
        let decoded = try ImageFile.read(entry.path, policy: policy)
        if let format { #expect(decoded.image.format == format) }
        let longerSide = max(decoded.originalWidth, decoded.originalHeight)
        #expect(max(decoded.image.width, decoded.image.height) >= min(40, longerSide))
      } catch {
        expectOneSentence(error, about: entry.path)
      }
    }
  }

  private func expectOneSentence(_ error: ImagingError, about path: String) {
    let text = error.description
    #expect(text.hasPrefix(path) && text.count > path.count + 20)
    #expect(!text.contains("\n") && !text.contains(". "), "more than one sentence: \(text)")
  }
}
