import Foundation
import Testing

@testable import Basics

/// Byte-order marks. The bytes of each encoding are those of the Unicode Standard, section 23.8.
@Suite struct TextEncodingTests {
  private func utf16(_ text: String, isLittle: Bool) -> [UInt8] {
    (isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF])
      + text.utf16.flatMap { unit in
        let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        return isLittle ? bytes : bytes.reversed()
      }
  }

  @Test(arguments: ["", "a", "äö\n😀"]) func everyEncodingGivesTheSameText(text: String) throws {
    for bytes in [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), utf16(text, isLittle: true),
      utf16(text, isLittle: false),
    ] {
      #expect(try FileContents.text(bytes, file: "x") == text)
    }
  }

  @Test func otherEncodingsAreNamed() {
    func message(_ bytes: [UInt8]) -> String {
      do {
        return try FileContents.text(bytes, file: "x.json")
      } catch {
        return "\(error)"
      }
    }
    #expect(message([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0]).contains("its text is UTF-32"))
    #expect(message([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61]).contains("its text is UTF-32"))
    // An odd number of bytes, and the first half of a surrogate pair.
    for bytes: [UInt8] in [[0xFF, 0xFE, 0x61], [0xFE, 0xFF, 0xD8, 0x3D]] {
      #expect(message(bytes).contains("UTF-16"))
    }
  }

  @Test func loadedFilesAreConverted() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("glimpse-encoding-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(utf16("{\"é\": 1}", isLittle: true)).write(to: URL(fileURLWithPath: path))
    let file = try LoadedFile.json(path)
    #expect(Array(file.bytes) == Array("{\"é\": 1}".utf8))
    // Without the mark, JSON shows the byte order by its first characters.
    for isLittle in [true, false] {
      try Data(utf16("{\"é\": 1}", isLittle: isLittle).dropFirst(2)).write(
        to: URL(fileURLWithPath: path))
      let unmarked = try LoadedFile.json(path)
      #expect(Array(unmarked.bytes) == Array("{\"é\": 1}".utf8))
    }
  }
}
