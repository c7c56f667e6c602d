@testable import Basics
import Engine
import Imaging
import Testing

@testable import Datasets

struct YOLOLabelsTests {
  private func labels(_ text: String, segmentations: Bool = false) throws -> LabelFile {
    try YOLOLabels.read(
      Array(text.utf8), file: "a.txt", classCount: 3, segmentations: segmentations)
  }

  private func read(_ text: String) throws -> [ParsedObject] { try labels(text).objects }

  private func fractions(_ object: ParsedObject) -> Box? {
    guard case .fractions(let box) = object.extent else { return nil }
    return box
  }

  @Test func boxes() throws {
    let objects = try read("0 0.5 0.5 0.25 0.5\n\n  2.0\t.25 0.75 5e-1 0.5 \r\n")
    #expect(objects.map(\.classIndex) == [0, 2])
    #expect(objects.map(\.line) == [1, 3])
    #expect(fractions(objects[0]) == Box(x1: 0.375, y1: 0.25, x2: 0.625, y2: 0.75))
    #expect(fractions(objects[1]) == Box(x1: 0, y1: 0.5, x2: 0.5, y2: 1))
    #expect(try read("").isEmpty)
    #expect(try read(" \n\n").isEmpty)
  }

  @Test func polygonsBecomeTheirEnclosingBox() throws {
    let objects = try read("1 0.5 0.1 0.9 0.6 0.2 0.8\n0 .1 .2 .3 .2 .3 .4 .1 .4")
    #expect(fractions(objects[0]) == Box(x1: 0.2, y1: 0.1, x2: 0.9, y2: 0.8))
    #expect(fractions(objects[1]) == Box(x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.4))
    #expect(objects.allSatisfy { $0.segmentation == nil })
    let outlined = try labels("1 0.5 0.1 0.9 0.6 0.2 0.8\n0 .5 .5 .1 .1", segmentations: true)
      .objects
    #expect(outlined.map(\.segmentation) == [.polygons([[0.5, 0.1, 0.9, 0.6, 0.2, 0.8]]), nil])
  }

  @Test(arguments: [
    ("0 .5 .5 .5", "has 4 numbers"), ("0 .5 .5 .5 .5 .9", "has 6 numbers"),
    ("0 .1 .1 .2 .2 .3 .3 .4", "has 8 numbers"), ("7", "has 1 numbers"),
    ("3 .5 .5 .5 .5", "the class \"3\" is not in 0...2"),
    ("-1 .5 .5 .5 .5", "the class \"-1\""), ("0.5 .5 .5 .5 .5", "the class \"0.5\""),
    ("1e30 .5 .5 .5 .5", "the class \"1e30\""), ("cat .5 .5 .5 .5", "\"cat\" is not a finite"),
    ("0 nan .5 .5 .5", "\"nan\" is not a finite"), ("0 .5 inf .5 .5", "\"inf\" is not a finite"),
    ("0 .5 .5 1e999 .5", "\"1e999\" is not a finite"), ("0,.5,.5,.5,.5", "is not a finite"),
    ("0 0x1p-1 .5 .5 .5", "\"0x1p-1\" is not a finite"), ("0 .5 0x10 .5 .5", "is not a finite"),
    ("0 .5 .5 1_000 .5", "is not a finite"), ("0 .5 .5 infinity .5", "is not a finite"),
  ])
  func badRowsAreNamedAndTheOthersRead(row: String, message: String) throws {
    let labels = try labels("0 .5 .5 .5 .5\n\(row)\n2 .5 .5 .5 .5")
    #expect(labels.objects.map(\.classIndex) == [0, 2])
    #expect(labels.issues.count == 1)
    #expect(labels.issues[0].description.hasPrefix("a.txt:2: "))
    #expect(labels.issues[0].message.contains(message))
    #expect(
      labels.issues[0].kind
        == (message.hasPrefix("the class") ? .unknownClass : .malformedLabels))
  }

  /// The box of a row of a pose is its first four numbers; 5 + 4 x 2 and 5 + 4 x 3 numbers are odd
  /// counts, which without `kpt_shape` are those of polygons.
  @Test(arguments: [2, 3])
  func posesAreBoxes(dimensions: Int) throws {
    let points = Array(repeating: "0.9", count: 4 * dimensions).joined(separator: " ")
    let keyPoints = YOLOKeyPoints(count: 4, dimensions: dimensions)
    let labels = try YOLOLabels.read(
      Array("1 .5 .5 .2 .4 \(points)\n0 .5 .5 .2 .4\n1 .1 .1 .2 .2 .3 .3\n".utf8), file: "a.txt",
      classCount: 3, keyPoints: keyPoints, segmentations: true)
    #expect(labels.objects.map(\.classIndex) == [1, 0])
    #expect(labels.objects.allSatisfy { $0.segmentation == nil })
    #expect(fractions(labels.objects[0]) == Box(x1: 0.4, y1: 0.3, x2: 0.6, y2: 0.7))
    #expect(labels.issues.map(\.line) == [3])
    #expect(labels.issues[0].message.contains("\(5 + 4 * dimensions) numbers"))
  }

  /// A text holds no zero bytes; between two rows they would join them.
  @Test func zeroBytesAreRefused() {
    #expect {
      try labels("0 .5 .5 .1 .1\n0 .5 .5 .1 .1\u{0}0 .5 .5 .1 .1")
    } throws: {
      "\($0)".hasPrefix("a.txt:2: ") && "\($0)".contains("zero bytes")
    }
  }

  /// Damaged labels are read or refused, and never end the process.
  @Test func damagedLabelsAreSurvived() {
    let seed = Array("0 0.5 0.5 0.25 0.5\n2 .1 .1 .2 .2 .3 .3\n1 1e-3 0.2 0.3 0.4\n".utf8)
    let spice = Array("0123456789.-+eExXnaif \n\t\r,\u{0}".utf8) + [0xFF]
    var refused = 0
    for round in 0..<4000 {
      var generator = SeededGenerator(seed: 13, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 4) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = spice[generator.index(below: spice.count)]
        case 1: bytes.insert(spice[generator.index(below: spice.count)], at: place)
        default: bytes.remove(at: place)
        }
      }
      do {
        let labels = try YOLOLabels.read(bytes, file: "f", classCount: 3, segmentations: true)
        #expect(labels.objects.allSatisfy { (0..<3).contains($0.classIndex) })
        refused += labels.issues.isEmpty ? 0 : 1
      } catch {
        refused += 1
        #expect("\(error)".hasPrefix("f:"))
      }
    }
    #expect(refused > 400 && refused < 3900, "\(refused) of 4000 refused")
  }
}
