import Basics
import Testing

@testable import Imaging

/// Files that were made or damaged to break a reader: it decodes or throws, and soon.
struct CodecHostileTests {
  @Test func refusesMorePixelsThanAllowed() throws {
    let bytes = try ImageFile.encode(Image(width: 10, height: 10), as: .png)
    _ = try ImageFile.decode(bytes, name: "a.png", policy: DecodePolicy(maximumPixels: 100))
    #expect(
      throws: ImagingError.tooManyPixels(name: "a.png", width: 10, height: 10, limit: 99)
    ) {
      try ImageFile.decode(bytes, name: "a.png", policy: DecodePolicy(maximumPixels: 99))
    }
  }

  /// Headers without an image behind them. The last two are within the limit of 2^28 pixels, but a
  /// few dozen bytes cannot hold what they promise, so nothing is allocated for them either.
  @Test func refusesBombsByTheirHeader() throws {
    func jpeg(_ side: Int) throws -> [UInt8] {
      var bytes = try ImageFile.encode(Image(width: 8, height: 8), as: .jpeg)
      let frame = try #require(
        bytes.indices.dropLast(9).first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
      for at in [frame + 5, frame + 7] {
        (bytes[at], bytes[at + 1]) = (UInt8(side >> 8), UInt8(side & 255))
      }
      return bytes
    }
    func png(_ side: UInt32) -> [UInt8] {
      Fixtures.pngStart(width: side, height: side)
        + Fixtures.pngChunk("IDAT", [0x78, 0x9C, 1, 2, 3]) + Fixtures.pngChunk("IEND", [])
    }
    for bytes in [try jpeg(65_500), png(100_000), png(2_147_483_647)] {
      let error = try #require(throws: ImagingError.self) {
        try ImageFile.decode(bytes, name: "bomb")
      }
      guard case .tooManyPixels = error else {
        Issue.record("\(error)")
        continue
      }
    }
    for bytes in [try jpeg(16_000), png(16_000)] {
      let error = try #require(throws: ImagingError.self) {
        try ImageFile.decode(bytes, name: "bomb")
      }
      guard case .endsEarly = error else {
        Issue.record("\(error)")
        continue
      }
    }
  }

  /// A progressive file of thousands of empty scans costs time without end for each of them.
  @Test func refusesScansWithoutEnd() throws {
    let bytes = Fixtures.progressive
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let last = try #require(scans.last)
    let scan = bytes[last..<bytes.count - 2]
    let many = bytes[..<last] + (0..<2000).flatMap { _ in scan } + bytes.suffix(2)
    let error = try #require(throws: ImagingError.self) {
      try ImageFile.decode(Array(many), name: "many.jpg")
    }
    #expect(error.description.contains("more scans"))
  }

  @Test func usesTruncatedFilesWithAWarningUnlessRefused() throws {
    let image = Fixtures.waves(width: 200, height: 160)
    let whole = try ImageFile.encode(image, as: .jpeg)
    let half = Array(whole.prefix(whole.count * 3 / 4))
    let error = try #require(throws: ImagingError.self) {
      try ImageFile.decode(half, name: "half.jpg", policy: DecodePolicy(acceptsTruncated: false))
    }
    #expect(error.description.hasPrefix("half.jpg ends early"))
    #expect(error.description.contains("part of the image is missing"))

    let policy = DecodePolicy()
    let decoded = try ImageFile.decode(half, name: "half.jpg", policy: policy)
    #expect(decoded.warnings.count == 1)
    // Rows are stored from the top: of the first half nothing is missing.
    let expected = try ImageFile.decode(whole, name: "whole.jpg")
    let top = 200 * 3 * 80
    #expect(decoded.image.bytes.prefix(top) == expected.image.bytes.prefix(top))
    #expect(decoded.image.bytes != expected.image.bytes)

    let png = try ImageFile.encode(image, as: .png)
    let cut = try #require(throws: ImagingError.self) {
      try ImageFile.decode(Array(png.dropLast(100)), name: "cut.png", policy: policy)
    }
    #expect(cut.description.hasPrefix("cut.png ends early"))
  }

  /// Wherever the data end behind the first scan's header, there is an image.
  @Test(
    arguments: ["progressive", "baseline"]
      + (Fixtures.areAbsent
        ? [] : ["jpg-size-33x33.jpg", "restarts.jpg", "jpg-cmyk-1.jpg"]))
  func usesEveryBeginning(of file: String) throws {
    let bytes =
      switch file {
      case "progressive": Fixtures.progressive
      case "baseline": try ImageFile.encode(Fixtures.waves(width: 50, height: 40), as: .jpeg)
      default: try Fixtures.bytes("jpeg/\(file)")
      }
    let scan = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let firstData = scan + 2 + Int(bytes[scan + 2]) << 8 + Int(bytes[scan + 3])
    let step = max(1, bytes.count / 2000)
    for end in stride(from: firstData, to: bytes.count, by: step) {
      let decoded = try ImageFile.decode(
        Array(bytes[..<end]), name: file, policy: DecodePolicy(acceptsTruncated: true))
      #expect(!decoded.warnings.isEmpty || end > bytes.count - 3)
    }
  }

  /// Hundreds of small files with flipped bytes, cuts and transplants, from a seed: each decodes or
  /// throws an error that names it.
  @Test(arguments: 0..<8)
  func survivesMutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let parents = try Self.parents()
    var refused = 0
    for round in 0..<150 {
      let parent = parents[round % parents.count]
      let bytes = Self.mutated(parent, with: parents, using: &random)
      let policy = DecodePolicy(
        format: Fixtures.formats.randomElement(using: &random),
        neededLongerSide: Bool.random(using: &random) ? 12 : nil,
        acceptsTruncated: Bool.random(using: &random), maximumPixels: 1 << 22)
      do {
        let decoded = try ImageFile.decode(bytes, name: "mutant", policy: policy)
        #expect(decoded.image.format == policy.format)
        #expect(decoded.originalWidth * decoded.originalHeight <= 1 << 22)
      } catch {
        refused += 1
        #expect(error.description.hasPrefix("mutant "))
      }
    }
    #expect((1..<150).contains(refused), "mutations do nothing, or nothing survives them")
  }

  /// Small images of all kinds: made here and, where present, out of the shared tests.
  private static func parents() throws -> [[UInt8]] {
    var parents: [[UInt8]] = []
    for format in Fixtures.formats {
      let image = Fixtures.waves(width: 37, height: 23, format: format)
      parents.append(try ImageFile.encode(image, as: .png))
      if format.bitDepth == 8 { parents.append(try ImageFile.encode(image, as: .jpeg)) }
    }
    guard !Fixtures.areAbsent else { return parents }
    for file in [
      "jpeg/jpg-progressive.jpg", "jpeg/jpg-cmyk-1.jpg", "jpeg/restarts.jpg",
      "jpeg/non-interleaved-mcu.jpg", "jpeg/partial_progressive.jpg",
      "pngsuite/basi3p04.png", "pngsuite/tbbn0g04.png", "pngsuite/basi6a16.png",
      "pngsuite/oi9n2c16.png", "pngsuite/tp1n3p08.png", "pngsuite/s07i3p02.png",
    ] {
      parents.append(try Fixtures.bytes(file))
    }
    return parents
  }

  /// A file with up to three flipped bits, changed bytes, cuts and pieces of other files.
  static func mutated(
    _ parent: [UInt8], with others: [[UInt8]], using random: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = parent
    for _ in 0..<Int.random(in: 1...3, using: &random) where bytes.count > 8 {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2:
        bytes.removeSubrange(at..<min(at + Int.random(in: 1...9, using: &random), bytes.count))
      case 3: bytes.removeLast(bytes.count - at)
      default:
        let other = others[Int.random(in: 0..<others.count, using: &random)]
        let from = Int.random(in: 0..<other.count, using: &random)
        let piece = other[from..<min(from + 64, other.count)]
        bytes.replaceSubrange(at..<min(at + piece.count, bytes.count), with: piece)
      }
    }
    return bytes
  }
}
