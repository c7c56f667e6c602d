import Basics
import Imaging
import Testing

@testable import Inference

/// AP by mask of the objects of class planes.
@Suite struct ScoredObjectsTests {
  /// A plane of 16 x 8 with rectangles of a value.
  private func plane(_ rectangles: (x: Range<Int>, y: Range<Int>, value: UInt8)...) -> Image {
    var image = Image(width: 16, height: 8, format: .gray8)
    for rectangle in rectangles {
      for y in rectangle.y { for x in rectangle.x { image.bytes[y * 16 + x] = rectangle.value } }
    }
    return image
  }

  /// Of two objects one is found exactly, and a wrong one has a lower score: precision is 1 up to a
  /// recall of 0.5, so 51 of COCO's 101 recall points count. The wrong one ranks first if its score
  /// is higher: then precision is 1/2 there.
  @Test(arguments: [(0.6, 51 / 101.0), (0.95, 25.5 / 101)])
  func scoresRankObjects(wrong: Float, expected: Double) throws {
    let truth = plane((0..<4, 0..<4, 1), (8..<12, 0..<4, 1))
    let predicted = plane((0..<4, 0..<4, 1), (6..<7, 6..<8, 1))
    let confidences = predicted.bytes.enumerated().map { place, label -> Float in
      label == 0 ? 0 : place < 64 ? 0.9 : wrong
    }
    var objects = ScoredObjects(classNames: ["a"])
    objects.add(
      .init("image", groundTruth: truth, predicted: predicted, confidences: confidences))
    let result = try #require(try objects.averagePrecision(tasks: .serial))
    for value in [result.ap, result.ap50, result.ap75] { #expect(abs(value - expected) < 1e-12) }
  }

  /// The IoU of 12 of 16 pixels is 0.75: above the thresholds 0.5 to 0.7, and not below that of 0.75,
  /// so 6 of 10 count. Predicted pixels that the ground truth ignores are no object.
  @Test func masksAreComparedAndIgnoredPixelsLeftOut() throws {
    let truth = plane((0..<4, 0..<4, 2), (8..<12, 4..<8, 255))
    let predicted = plane((0..<4, 0..<3, 2), (8..<12, 4..<8, 1))
    var objects = ScoredObjects(classNames: ["a", "b"])
    objects.add(
      .init(
        "image", groundTruth: truth, predicted: predicted,
        confidences: [Float](repeating: 0.5, count: 128)))
    let result = try #require(try objects.averagePrecision(tasks: .serial))
    for (value, expected) in [(result.ap, 0.6), (result.ap50, 1), (result.ap75, 1)] {
      #expect(abs(value - expected) < 1e-12, "\(value) is not \(expected)")
    }
  }

  @Test func nothingIsMeasuredWithoutObjects() throws {
    var objects = ScoredObjects(classNames: ["a"])
    objects.add(
      .init(
        "image", groundTruth: plane(), predicted: plane((0..<4, 0..<4, 1)),
        confidences: [Float](repeating: 1, count: 128)))
    #expect(try objects.averagePrecision(tasks: .serial) == nil)
  }
}
