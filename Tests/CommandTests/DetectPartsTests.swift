import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

@Suite struct DetectionReporterTests {
  @Test func theLineCountsClassesInOrderOfTheirBest() throws {
    func detection(_ classIndex: Int, _ score: Float) -> Detection {
      Detection(box: Box(x1: 10, y1: 5, x2: 30, y2: 25), classIndex: classIndex, score: score)
    }
    let reporter = DetectionReporter(
      classNames: ["cat", "dog\u{1B}[2J"], imageCount: 1, RunOptions(), printsLines: true,
      on: Console())
    var result = ImageResult<[Detection]>(InputItem(path: "a/b.jpg"))
    result.image = DecodedImage(Image(width: 100, height: 50))
    result.times.network = 0.00984
    #expect(reporter.line(result) == "a/b.jpg 100x50: no detections (9.84 ms)")
    result.prediction = [detection(1, 0.875), detection(0, 0.5), detection(1, 0.25)]
    #expect(
      reporter.line(result) == "a/b.jpg 100x50: 2 dog\\u{1B}[2J (max 0.88), 1 cat 0.50 (9.84 ms)")
  }
}

@Suite struct ResultFolderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test func theNextFreeNumberIsTaken() throws {
    let parent = folder.path + "/deep/runs"
    let first = try ResultFolder(nextFor: "detect", in: parent)
    let second = try ResultFolder(nextFor: "detect", in: parent)
    #expect(first.path == parent + "/detect-1" && second.path == parent + "/detect-2")
    first.removeIfUnused()
    #expect(try ResultFolder(nextFor: "detect", in: parent).path == first.path)
    #expect(try ResultFolder(nextFor: "other", in: parent).path == parent + "/other-1")
  }

  @Test func onlyWhatIsNewAndEmptyIsRemoved() throws {
    let used = try ResultFolder(named: folder.path + "/used", overwrites: false)
    try AtomicFile.write("x", to: used.path + "/x.txt")
    used.removeIfUnused()
    #expect(FileManager.default.fileExists(atPath: used.path))
    let old = folder.path + "/old"
    try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: false)
    try ResultFolder(named: old, overwrites: false).removeIfUnused()
    #expect(FileManager.default.fileExists(atPath: old))
  }

  @Test func aFileInThePlaceIsAnError() throws {
    let path = try folder.write("file")
    #expect(throws: CommandError.self) { try ResultFolder(named: path, overwrites: true) }
    #expect(throws: CommandError.self) { try ResultFolder(nextFor: "detect", in: path) }
  }
}

@Suite struct ClassChoiceTests {
  @Test func namesWinOverIndices() throws {
    let names = ["Cat", "dog", "1", "cat"]
    #expect(try ClassChoice.indices([], among: names) == nil)
    #expect(try ClassChoice.indices(["cat", "DOG"], among: names) == [3, 1])
    #expect(try ClassChoice.indices(["1", "0"], among: names) == [2, 0])
    #expect(throws: CommandError.self) { try ClassChoice.indices(["4"], among: names) }
    #expect(throws: CommandError.self) { try ClassChoice.indices(["-1"], among: names) }
  }
}
