import Basics
import Foundation
import Testing

@testable import Imaging

struct CodecFileTests {
  @Test func writesByEndingAndReadsByContent() throws {
    try Fixtures.withFolder { folder in
      let image = Fixtures.waves(width: 30, height: 20)
      for name in ["a.png", "b.jpg", "c.JPEG"] {
        try ImageFile.write(image, to: "\(folder)/\(name)")
      }
      #expect(try ImageFile.read("\(folder)/a.png").image == image)
      #expect(try ImageFile.information("\(folder)/b.jpg").codec == .jpeg)
      try FileManager.default.moveItem(atPath: "\(folder)/a.png", toPath: "\(folder)/d.jpg")
      let information = try ImageFile.information("\(folder)/d.jpg")
      #expect(information.codec == .png && information.format == .rgb8)
      #expect(information.width == 30 && information.height == 20)
      #expect(try ImageFile.read("\(folder)/d.jpg").image == image)
      // Nothing that was written aside is left over.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["b.jpg", "c.JPEG", "d.jpg"])
    }
  }

  @Test func replacesFilesWhole() throws {
    try Fixtures.withFolder { folder in
      let path = "\(folder)/a.png"
      try ImageFile.write(Fixtures.waves(width: 90, height: 90), to: path)
      let second = Fixtures.waves(width: 3, height: 3)
      try ImageFile.write(second, to: path)
      #expect(try ImageFile.read(path).image == second)
    }
  }

  @Test func namesTheFileInEveryError() throws {
    try Fixtures.withFolder { folder in
      let image = Image(width: 2, height: 2)
      try Data("GIF89a and more".utf8).write(to: URL(filePath: "\(folder)/a.gif"))
      try Data().write(to: URL(filePath: "\(folder)/empty.jpg"))
      try Data("hello".utf8).write(to: URL(filePath: "\(folder)/text.png"))
      let failures: [(String, String, () throws -> Void)] = [
        (
          "missing.jpg", "there is no file of this name",
          { _ = try ImageFile.read("\(folder)/missing.jpg") }
        ),
        ("", "it is a folder", { _ = try ImageFile.read("\(folder)/") }),
        ("a.gif", "it is a GIF image; convert it", { _ = try ImageFile.read("\(folder)/a.gif") }),
        (
          "empty.jpg", "it is an empty file",
          { _ = try ImageFile.information("\(folder)/empty.jpg") }
        ),
        ("text.png", "it is a text file", { _ = try ImageFile.read("\(folder)/text.png") }),
        ("x.bmp", ".jpg .jpeg", { try ImageFile.write(image, to: "\(folder)/x.bmp") }),
        ("none", ".png", { try ImageFile.write(image, to: "\(folder)/none") }),
        ("no/x.png", "No such file", { try ImageFile.write(image, to: "\(folder)/no/x.png") }),
      ]
      for (name, phrase, attempt) in failures {
        let error = try #require(throws: ImagingError.self) { try attempt() }
        #expect(error.description.hasPrefix("\(folder)/\(name)"))
        #expect(error.description.contains(phrase), "\(error)")
      }
    }
  }

  @Test(arguments: [
    ("a.jpg", Codec.jpeg), ("A.JPEG", .jpeg), ("x/y.z/a.jfif", .jpeg), ("a.b.PNG", .png),
    ("a.tif", .tiff), ("a.ome.TIFF", .tiff), ("a.bmp", .bmp), ("a.pgm", .netpbm),
    ("png", nil), ("a.png/b", nil), ("a.", nil), ("", nil), ("a.gif", nil), (".jpg", nil),
    ("x/.png", nil),
  ])
  func knowsEndings(path: String, codec: Codec?) {
    #expect(Codec(path: path) == codec)
  }

  /// A header longer than what `information` reads at first, as color profiles and previews make it.
  @Test func readsLongHeaders() throws {
    try Fixtures.withFolder { folder in
      let plain = try ImageFile.encode(Fixtures.waves(width: 33, height: 22), as: .jpeg)
      let segment: [UInt8] = [0xFF, 0xEF, 0xFF, 0xFF] + [UInt8](repeating: 7, count: 65_533)
      let bytes = plain[..<2] + segment + segment + plain[2...]
      try Data(bytes).write(to: URL(filePath: "\(folder)/long.jpg"))
      let information = try ImageFile.information("\(folder)/long.jpg")
      #expect(information.width == 33 && information.height == 22)
    }
  }

  @Test func readsFilesOfUnknownSize() throws {
    // The size of a file in /proc is 0 although it has content.
    guard FileManager.default.fileExists(atPath: "/proc/self/status") else { return }
    #expect(
      try FileContents.read("/proc/self/status", limit: 1 << 20).bytes.starts(with: "Name".utf8))
  }

  @Test func decodesOnManyThreadsAtOnce() async throws {
    let image = Fixtures.waves(width: 64, height: 64)
    let jpeg = try ImageFile.encode(image, as: .jpeg)
    let png = try ImageFile.encode(image, as: .png)
    let expected = try ImageFile.decode(jpeg, name: "a.jpg").image
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<64 {
        group.addTask {
          let cut = try? ImageFile.decode(
            Array(jpeg.dropLast(99)), name: "cut.jpg",
            policy: DecodePolicy(acceptsTruncated: false))
          return try cut == nil
            && ImageFile.decode(jpeg, name: "a.jpg").image == expected
            && ImageFile.decode(png, name: "a.png").image == image
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }
}
