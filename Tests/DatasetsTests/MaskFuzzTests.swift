import Basics
import Imaging
import TestSupport
import Testing

@testable import Datasets

/// Mask files and class lists that are damaged at random: they are read or refused, and never end the
/// process.
struct MaskFuzzTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private static let palette = PalettePNG.encode(
    width: 9, height: 5, bits: 4, palette: Array(PalettePNG.voc.prefix(9)),
    indices: (0..<45).map { UInt8($0 % 9) })

  private static func encoded(_ codec: Codec) throws -> [UInt8] {
    try ImageFile.encode(
      Image(width: 9, height: 5, numbers: (0..<45).map { UInt16($0 * 1400) }), as: codec)
  }

  /// Reads a mask of 9 x 5 pixels; whether it can be used.
  private func isUsed(_ bytes: [UInt8], classCount: Int, _ encoding: MaskEncoding) throws -> Bool {
    try folder.write(bytes, to: "m.png")
    var sample = Sample(imagePath: "", imageWidth: 9, imageHeight: 5, annotations: [])
    (sample.maskPath, sample.maskEncoding) = (folder.path("m.png"), encoding)
    let file = try #require(ClassMaskFile(of: sample, classCount: classCount))
    do throws(DatasetIssue) {
      let planes = try file.planes()
      #expect(planes.classes.bytes.count == 45)
      #expect(planes.classes.bytes.allSatisfy { $0 <= classCount || $0 == 255 })
      #expect(planes.objects.map { $0.bytes.count == 90 } ?? true)
      return true
    } catch {
      #expect(error.file == folder.path("m.png") && !error.message.contains("\n"))
      return false
    }
  }

  /// Palettes, object numbers of 16 bits as PNG and TIFF: mutated, and cut off at every length.
  @Test(arguments: ["palette", "png", "tiff"])
  func damagedMasksAreSurvived(kind: String) throws {
    let seed =
      switch kind {
      case "palette": Self.palette
      case "png": try Self.encoded(.png)
      default: try Self.encoded(.tiff)
      }
    let classCount = kind == "palette" ? 8 : 1
    #expect(try isUsed(seed, classCount: classCount, .numbers))
    var used = 0
    for round in 0..<600 {
      var generator = SeededGenerator(seed: 71, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 3) {
        // Half of the time in the header and the palette.
        let end = generator.chance(0.5) ? min(100, bytes.count) : bytes.count
        bytes[generator.index(below: end)] = UInt8(generator.index(below: 256))
      }
      let colors = MaskColors([0x800000: 1, 0x008000: 2])
      if try isUsed(bytes, classCount: classCount, .numbers) { used += 1 }
      _ = try isUsed(bytes, classCount: 2, .colors(colors))
    }
    #expect(used < 600)
    for end in seed.indices {
      // A file without its last bytes may be whole but for a checksum or an unused directory entry.
      if try isUsed(Array(seed[..<end]), classCount: classCount, .numbers) {
        #expect(end > seed.count / 2)
      }
    }
  }

  /// An index beyond the end of the palette is a number as any other, or refused.
  @Test func indicesBeyondThePaletteAreNumbers() throws {
    let bytes = PalettePNG.encode(
      width: 9, height: 5, palette: Array(PalettePNG.voc.prefix(3)),
      indices: (0..<45).map { UInt8($0) })
    #expect(try !isUsed(bytes, classCount: 20, .numbers))
  }

  private static let list = "background 0 0 0\ncat 255 0 0\n#00ff00 sea lion\nowl:1,2,3::\n"
  private static let pieces = [
    "#", "#12", "#gggggg", " 256", "-1", ":", ",", "\t", "\u{0}", "\r", "\n", "ü",
    "999999999999999999",
    "void", "# ", "\u{FEFF}",
  ].map { Array($0.utf8) }

  @Test func damagedClassListsAreSurvived() throws {
    try folder.writeImage("images/a.png")
    try folder.writeImage("masks/a.png", gray: 0)
    let seed = Array(Self.list.utf8)
    var (read, refused) = (0, 0)
    for round in 0..<800 {
      var generator = SeededGenerator(seed: 5, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 3) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = UInt8(generator.index(below: 256))
        case 1:
          bytes.insert(
            contentsOf: Self.pieces[generator.index(below: Self.pieces.count)], at: place)
        default:
          bytes.removeSubrange(place..<min(place + 1 + generator.index(below: 9), bytes.count))
        }
        if bytes.isEmpty { bytes = [10] }
      }
      try folder.write(bytes, to: "classes.txt")
      do throws(DatasetsError) {
        let data = try Dataset.open(path: folder.path, split: "train")
        #expect(!data.classNames.isEmpty && !data.classNames.contains(""))
        read += 1
      } catch {
        #expect(!"\(error)".contains("\n"))
        refused += 1
      }
    }
    #expect(read > 50 && refused > 50, "\(read) \(refused)")
  }
}
