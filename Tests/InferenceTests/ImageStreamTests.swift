import Basics
import Imaging
import TestSupport
import Testing

@testable import Inference

/// Streams of images and tar archives, in pieces of every size.
@Suite struct ImageStreamTests {
  private func image(_ side: Int) -> Image {
    Image(
      width: side, height: side, format: .rgb8,
      bytes: (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0 &* 97 >> 2) })
  }

  /// PGM and PPM as their manual pages describe them: magic number, sizes, maximum, samples.
  private func ppm(_ header: String, samples: Int) -> [UInt8] {
    Array(header.utf8) + [UInt8](repeating: 0xFF, count: samples)
  }

  private func read(_ bytes: [UInt8], piece: Int) throws -> [(name: String, bytes: [UInt8])] {
    let pieces = stride(from: 0, to: bytes.count, by: piece).map {
      Array(bytes[$0..<min($0 + piece, bytes.count)])
    }
    var reader = ImageStreamReader(ByteStream(name: "pipe", pieces: pieces))
    var found: [(String, [UInt8])] = []
    while let item = try reader.next() {
      guard case .bytes(let bytes) = item.content else { continue }
      found.append((item.path, bytes))
    }
    return found
  }

  @Test(arguments: [1, 7, 1 << 16]) func imagesAreDivided(piece: Int) throws {
    let parts = [
      try ImageFile.encode(image(31), as: .jpeg), try ImageFile.encode(image(17), as: .png),
      ppm("P6\n# a comment 9\n4 3\n255\n", samples: 36), ppm("P5 2 2 65535 ", samples: 8),
      try ImageFile.encode(image(64), as: .jpeg),
    ]
    let found = try read(parts.flatMap(\.self), piece: piece)
    #expect(found.map(\.bytes) == parts)
    #expect(
      found.map(\.name) == [
        "frame-000001.jpg", "frame-000002.png", "frame-000003.ppm", "frame-000004.ppm",
        "frame-000005.jpg",
      ])
  }

  /// Bytes between images are one input that fails; a last image without its end is one, too.
  @Test func whatIsNoImageIsNotSkipped() throws {
    let jpeg = try ImageFile.encode(image(40), as: .jpeg)
    let half = Array(jpeg.prefix(jpeg.count / 2))
    let found = try read(Array("garbage".utf8) + jpeg + half, piece: 50)
    #expect(found.map(\.bytes) == [Array("garbage".utf8), jpeg, half])
  }

  /// Random bytes and damaged images end, and lose no byte.
  @Test func hostileStreamsEnd() throws {
    var generator = SeededGenerator(seed: 5)
    let whole =
      try ImageFile.encode(image(12), as: .jpeg) + ImageFile.encode(image(9), as: .png)
      + ppm("P6 3 3 255\n", samples: 27)
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<4 {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(generator.next() % 256)
      }
      let found = try read(bytes, piece: 1 + Int(generator.next() % 64))
      #expect(found.flatMap(\.bytes) == bytes)
    }
  }
}

@Suite struct TarReaderTests {
  /// A header of 512 bytes (POSIX.1-2017, pax: "ustar Interchange Format").
  private func header(_ name: String, size: Int, type: String = "0", prefix: String = "") -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ place: Int) {
      for (offset, byte) in text.utf8.enumerated() { bytes[place + offset] = byte }
    }
    put(name, 0)
    put("0000644\0", 100)
    let digits = String(size, radix: 8)
    put(String(repeating: "0", count: 11 - digits.count) + digits, 124)
    put("        ", 148)
    put(type, 156)
    put("ustar\0" + "00", 257)
    put(prefix, 345)
    let sum = String(bytes.reduce(0) { $0 + Int($1) }, radix: 8)
    put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
    return bytes
  }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
  }

  private func members(_ bytes: [UInt8], taking: Bool = true) throws -> [(String, [UInt8])] {
    var reader = TarReader(ByteStream(name: "a.tar", pieces: [bytes]))
    var found: [(String, [UInt8])] = []
    while let member = try reader.next() {
      found.append((member.path, taking ? try reader.content(of: member) : []))
    }
    return found
  }

  @Test func filesAreReadWithAllKindsOfNames() throws {
    let long = String(repeating: "x", count: 120) + ".jpg"
    let record = "path=\(long)\n"
    // A record's length counts itself: two or three digits, a blank, the rest.
    let length = record.utf8.count + 4
    let archive =
      header("dir", size: 0, type: "5") + header("a.jpg", size: 5) + padded(Array("hello".utf8))
      + header("b.jpg", size: 2, prefix: "deep/er") + padded(Array("hi".utf8))
      + header("pax", size: length, type: "x") + padded(Array("\(length) \(record)".utf8))
      + header("short", size: 1) + padded([7])
      + header("link", size: long.utf8.count + 1, type: "L") + padded(Array(long.utf8) + [0])
      + header("cut", size: 0) + [UInt8](repeating: 0, count: 1024)
    let found = try members(archive)
    #expect(found.map(\.0) == ["a.jpg", "deep/er/b.jpg", long, long])
    #expect(found.map(\.1) == [Array("hello".utf8), Array("hi".utf8), [7], []])
    // Content that is not asked for is skipped.
    #expect(try members(archive, taking: false).count == 4)
  }

  @Test func damagedArchivesAreNamed() throws {
    let archive = header("a.jpg", size: 600) + padded([UInt8](repeating: 1, count: 600))
    #expect(throws: FileError.self) { try members(Array(archive.prefix(700))) }
    #expect(throws: FileError.self) { try members(Array(archive.prefix(100))) }
    var wrong = archive
    wrong[3] = 0x41
    #expect(throws: FileError.self) { try members(wrong) }
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<500 {
      var bytes = archive
      bytes[Int(generator.next() % 512)] = UInt8(generator.next() % 256)
      _ = try? members(bytes)
    }
  }
}
