import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

@Suite struct ImageResultTests {
  private let names = ["cat", "dog\u{1B}[2J"]

  private func detection(_ classIndex: Int, _ score: Float) -> Detection {
    Detection(
      box: Box(x1: 10, y1: 5, x2: 30.004, y2: 25), classIndex: classIndex, score: score)
  }

  @Test func theLineCountsClassesInOrderOfTheirBest() {
    var result = ImageResult(path: "a/b.jpg", width: 100, height: 50)
    result.milliseconds = 9.84
    #expect(result.line(classNames: names) == "a/b.jpg 100x50: nothing found (9.84 ms)")
    result.detections = [detection(1, 0.875), detection(0, 0.5), detection(1, 0.25)]
    #expect(
      result.line(classNames: names)
        == "a/b.jpg 100x50: 2 dog\\u{1B}[2J 0.88, 1 cat 0.50 (9.84 ms)")
  }

  @Test func jsonKeepsWhatIsKnown() {
    var result = ImageResult(path: "a.jpg", width: 100, height: 50)
    result.detections = [detection(0, 0.1)]
    result.milliseconds = 1.23456
    #expect(
      result.json(classNames: names).line
        == #"{"path":"a.jpg","width":100,"height":50,"boxes":[{"box":[10.0,5.0,30.0,25.0],"#
        + #""class":"cat","class_index":0,"score":0.1}],"milliseconds":1.235}"#)
    // A result that could not be written is not lost.
    result.failure = "full"
    #expect(result.json(classNames: names).line.contains(#""error":"full","width":100"#))
    let unread = ImageResult(path: "b", failure: "bad")
    #expect(unread.json(classNames: names).line == #"{"path":"b","error":"bad"}"#)
  }

  /// (10 + 30.004) / 2 / 100 = 0.20002; (5 + 25) / 2 / 50 = 0.3; 20.004 / 100; 20 / 50.
  @Test func labelsAreRelative() {
    var result = ImageResult(path: "a.jpg", width: 100, height: 50)
    #expect(result.labels == "")
    result.detections = [detection(1, 0.5)]
    #expect(result.labels == "1 0.200020 0.300000 0.200040 0.400000 0.500000\n")
  }
}

@Suite struct OutputNamesTests {
  private func names(_ inputs: String..., stemsDiffer: Bool = false) -> [String] {
    OutputNames(inputs: inputs, stemsDiffer: stemsDiffer).names
  }

  @Test func namesStayWhereTheyDiffer() {
    #expect(names("x/a.jpg", "y/b.png", "a.png") == ["a.jpg", "b.png", "a.png"])
    #expect(names("a.jpg", "a.png", stemsDiffer: true) == ["a.jpg", "a-2.png"])
  }

  @Test func laterOnesAreNumbered() {
    #expect(names("x/a.jpg", "y/a.jpg", "z/A.JPG") == ["a.jpg", "a-2.jpg", "A-3.JPG"])
    // A number never takes the name of an input that comes later.
    #expect(names("x/a.jpg", "y/a.jpg", "a-2.jpg") == ["a.jpg", "a-3.jpg", "a-2.jpg"])
  }

  @Test func everyNameCanBeWritten() {
    #expect(names("a.dat", "b", ".jpg", "c.JPEG") == ["a.dat.jpg", "b.jpg", ".jpg.jpg", "c.JPEG"])
    #expect(names("x/.jpg", "y/.jpg") == [".jpg.jpg", ".jpg-2.jpg"])
  }
}

@Suite struct CropTests {
  /// Two rows of three pixels, each with its number in all channels.
  private let image = Image(
    width: 3, height: 2, format: .rgb8, bytes: (0..<18).map { UInt8($0 / 3) })

  @Test func aBoxGivesThePixelsThatItTouches() throws {
    let crop = try #require(image.cropped(to: Box(x1: 1.5, y1: 0, x2: 2.1, y2: 2)))
    #expect((crop.width, crop.height) == (2, 2))
    #expect(crop.bytes == [1, 1, 1, 2, 2, 2, 4, 4, 4, 5, 5, 5])
    let all = try #require(image.cropped(to: Box(x1: -5, y1: -5, x2: 50, y2: 50)))
    #expect(all == image)
  }

  @Test func aBoxOutsideGivesNothing() {
    #expect(image.cropped(to: Box(x1: 3, y1: 0, x2: 9, y2: 2)) == nil)
    #expect(image.cropped(to: Box(x1: 1, y1: 1, x2: 1, y2: 2)) == nil)
    #expect(image.cropped(to: Box(x1: 2, y1: 1, x2: 1, y2: 2)) == nil)
    #expect(image.cropped(to: Box(x1: .nan, y1: 0, x2: 2, y2: 2)) == nil)
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
    try ResultFolder.write("x", to: used.path + "/x.txt")
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
