import Basics
import Engine
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Inference

@Suite struct DetectionLineTests {
  private let names = ["cat", "dog"]

  private func result(
    _ path: String = "a.jpg", _ detections: [Detection]? = nil
  ) -> ImageResult<[Detection]> {
    var result = ImageResult<[Detection]>(InputItem(path: path))
    if let detections {
      result.image = DecodedImage(
        image: Image(width: 50, height: 25), originalWidth: 100, originalHeight: 50)
      result.prediction = detections
    }
    return result
  }

  private func detection(_ classIndex: Int, _ score: Float) -> Detection {
    Detection(
      box: Box(x1: 10, y1: 5, x2: 30.004, y2: 25), classIndex: classIndex, score: score)
  }

  @Test func jsonKeepsWhatIsKnown() {
    var found = result("a.jpg", [detection(0, 0.1)])
    found.times.network = 0.00123456
    let facts = RowFacts(modelHash: "0123456789abcdef", precision: "f32")
    let start = #"{"index":0,"id":"a.jpg","path":"a.jpg","status":"#
    let boxes =
      #""width":100,"height":50,"boxes":[{"box":[10.0,5.0,30.0,25.0],"#
      + #""class":"cat","class_index":0,"score":0.1}],"#
    let end = #""model":"0123456789ab","precision":"f32"}"#
    #expect(
      found.jsonLine(classNames: names, facts)
        == start + #""ok","# + boxes
        + #""milliseconds":1.235,"stages":{"read":0.0,"prepare":0.0,"infer":1.235,"#
        + #""post_process":0.0},"# + end)
    // Rows of folders are the same in every run: without times, with paths below the folder.
    found.drawing = "out/a.jpg"
    let rows = facts.withoutTimes(in: "out")
    #expect(
      found.jsonLine(classNames: names, rows)
        == start + #""ok","# + boxes + #""drawing":"a.jpg","# + end)
    // A result that could not be written is not lost.
    found.drawing = nil
    found.failure = InferenceError("full")
    #expect(
      found.jsonLine(classNames: names, rows)
        == start + #""failed","error":"full","error_class":"output","# + boxes + end)
    var unread = result("b")
    unread.failure = ImagingError.unknownFormat(name: "b", found: "text")
    #expect(
      unread.jsonLine(classNames: names, facts).contains(#""error_class":"unknown_format","model""#)
    )
  }

  /// (10 + 30.004) / 2 / 100 = 0.20002; (5 + 25) / 2 / 50 = 0.3; 20.004 / 100; 20 / 50.
  @Test func labelsAreRelative() {
    #expect(result("a.jpg", []).labelRows(withScores: true) == "")
    #expect(
      result("a.jpg", [detection(1, 0.5)]).labelRows(withScores: true)
        == "1 0.200020 0.300000 0.200040 0.400000 0.500000\n")
  }
}

@Suite struct OutputNamesTests {
  private func names(_ inputs: String..., stemsDiffer: Bool = false) -> [String] {
    var names = OutputNames(stemsDiffer: stemsDiffer)
    return inputs.map { names.name(of: InputItem(path: $0)) }
  }

  @Test func namesStayWhereTheyDiffer() {
    #expect(names("x/a.jpg", "y/b.png", "a.png") == ["a.jpg", "b.png", "a.png"])
    // BMP and Netpbm are read, and not written.
    #expect(names("x.bmp", "x.jpg", "y.PPM", "z.tif") == ["x.jpg", "x-2.jpg", "y.jpg", "z.tif"])
    #expect(names("a.jpg", "a.png", stemsDiffer: true) == ["a.jpg", "a-2.png"])
  }

  @Test func laterOnesAreNumbered() {
    #expect(names("x/a.jpg", "y/a.jpg", "z/A.JPG") == ["a.jpg", "a-2.jpg", "A-3.JPG"])
    // An input that comes later gives way to a number.
    #expect(names("x/a.jpg", "y/a.jpg", "a-2.jpg") == ["a.jpg", "a-2.jpg", "a-2-2.jpg"])
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

@Suite struct DetectionFilesTests {
  /// A reduced image is decoded again at full size for its drawing and its crops.
  @Test func outputsHaveTheSizeOfTheFile() throws {
    let folder = try TestFolder()
    let path = folder.path("a.jpg")
    try ImageFile.write(Image(width: 400, height: 200, filledWith: 90), to: path)
    let policy = DecodePolicy(neededLongerSide: 96)
    var input = InputItem(path: path)
    input.outputName = "a.jpg"
    var result = ImageResult<[Detection]>(input)
    let decoded = try ImageFile.read(path, policy: policy)
    #expect(decoded.image.width == 100)
    result.image = decoded
    result.prediction = [
      Detection(box: Box(x1: 200, y1: 100, x2: 300, y2: 150), classIndex: 0, score: 1)
    ]
    let output = folder.path("out")
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    try DetectionFiles.drawings(folder: output, classNames: ["cat"], policy: policy)(&result)
    try DetectionFiles.crops(folder: output, classNames: ["cat"], policy: policy)(&result)
    #expect(result.drawing == output + "/a.jpg")
    #expect(try ImageFile.information(output + "/a.jpg").width == 400)
    let crop = try ImageFile.information(output + "/cat/a-1.jpg")
    #expect(crop.width == 100 && crop.height == 50)
    // The input itself is never replaced.
    #expect(throws: InferenceError.self) {
      try DetectionFiles.drawings(folder: folder.path, classNames: ["cat"], policy: policy)(&result)
    }
  }
}
