import Testing

@testable import Imaging

@Suite("Bitmap font")
struct DrawingFontTests {
  private static let printable = (32...126).map { Character(UnicodeScalar(UInt8($0))) }

  /// A mask as text: full dots and empty ones.
  private func art(_ character: Character) -> [String] {
    let mask = GlyphMask(character, scale: 1)
    return (0..<mask.height).map { row in
      String(
        mask.coverage[row * mask.width..<(row + 1) * mask.width].map { $0 == 1 ? "#" : "." })
    }
  }

  @Test("at a scale of 1 a glyph is its bitmap")
  func bitmap() {
    #expect(
      art("E") == [
        "#####.", "#.....", "#.....", "####..", "#.....", "#.....", "#####.", "......", "......",
      ])
    #expect(
      art("g") == [
        "......", "......", ".####.", "#...#.", "#...#.", "#...#.", ".####.", "....#.", ".###..",
      ])
    #expect(art(" ").allSatisfy { $0 == "......" })
  }

  @Test("every printable character has a glyph of its own, in its cell")
  func coverage() {
    let glyphs = Self.printable.map(art)
    #expect(Set(glyphs).count == 95)
    for (character, glyph) in zip(Self.printable, glyphs) {
      #expect(character == " " || glyph.contains { $0.contains("#") })
      // The last column stays free, so that characters do not touch.
      #expect(glyph.allSatisfy { $0.hasSuffix(".") })
      // Capitals and digits stand on the baseline.
      if character.isUppercase || character.isNumber {
        #expect(glyph[0].contains("#") && glyph[6].contains("#"))
        #expect(!glyph[7].contains("#") && !glyph[8].contains("#"))
      }
    }
  }

  @Test(
    "all other characters are one box", arguments: ["é", "猫", "🐈", "\n", "\u{7f}"] as [Character])
  func replacement(character: Character) {
    #expect(
      art(character) == [
        "#####.", "#...#.", "#...#.", "#.#.#.", "#...#.", "#...#.", "#####.", "......", "......",
      ])
  }

  @Test("at any scale a dot's center is covered and the middle of an empty counter is not")
  func scales() {
    for scale in stride(from: 1.0, through: 30, by: 0.5) {
      let mask = GlyphMask("o", scale: scale)
      #expect(mask.width == Int((6 * scale).rounded(.up)))
      #expect(mask.height == Int((9 * scale).rounded(.up)))
      // The dot at column 0, row 4, and the hole at column 2, row 4, centers at (.5, 4.5), (2.5, 4.5).
      let row = Int(4.5 * scale)
      #expect(mask.coverage[row * mask.width + Int(0.5 * scale)] > 0.7)
      #expect(mask.coverage[row * mask.width + Int(2.5 * scale)] == 0)
      #expect(mask.coverage.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test("strokes join across corners smoothly, and not where the turn has a dot of its own")
  func joins() {
    // An "o" is an octagon: from (1, 2) to (0, 3) in dots. Halfway, at scale 8, is full cover.
    let mask = GlyphMask("o", scale: 8)
    #expect(mask.coverage[(3 * 8) * mask.width + 8] == 1)
    // A "T" turns at a dot. Beside its stem and under its bar, at (1.75, 1.25) and (3.25, 1.25) in
    // dots, is three quarters of a dot from both.
    let corner = GlyphMask("T", scale: 10)
    #expect(corner.coverage[12 * corner.width + 17] == 0)
    #expect(corner.coverage[12 * corner.width + 32] == 0)
  }
}
