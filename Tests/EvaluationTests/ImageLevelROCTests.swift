import Evaluation
import Imaging
import Testing

/// ROC curves and calibration on cases reckoned by hand.
struct PresenceTests {
  private let box = SizedBox(x: 0, y: 0, width: 10, height: 10)

  /// Images given as (shows the class, scores of its detections).
  private func table(_ images: [(isPositive: Bool, scores: [Double])]) throws -> EvaluationTable {
    var input = EvaluationInput(
      imageNames: images.indices.map { "\($0)" }, classNames: ["cat", "dog"])
    for (place, image) in images.enumerated() {
      if image.isPositive { input.groundTruths.append(image: place, classIndex: 0, box: box) }
      for score in image.scores {
        input.detections.append(image: place, classIndex: 0, box: box, score: score)
      }
    }
    return try EvaluationTable(input)
  }

  @Test func theAreaCountsPairs() throws {
    // With the class 0.9, 0.5, 0.5 and nothing; without it 0.7, 0.5, nothing.
    let presence = ImageLevelROC(
      try table([
        (true, [0.9, 0.1]), (true, [0.5]), (true, [0.2, 0.5]), (true, []),
        (false, [0.7]), (false, [0.5]), (false, []),
      ]), classIndex: 0)
    // 0.9 beats 3; each 0.5 beats 1 and ties 1; nothing ties 1: 3 + 1.5 + 1.5 + 0.5 of 12.
    #expect(abs((presence.area ?? 0) - 6.5 / 12) < 1e-12)
    #expect(presence.positives == 4 && presence.negatives == 3)
    #expect(presence.curve.map(\.truePositiveRate) == [0, 0.25, 0.25, 0.75, 1])
    #expect(presence.curve.map(\.falsePositiveRate) == [0, 0, 1.0 / 3, 2.0 / 3, 1])
  }

  @Test func oneKindAloneHasNoArea() throws {
    let table = try table([(true, [0.9]), (true, [])])
    #expect(ImageLevelROC(table, classIndex: 0).area == nil)
    let absent = ImageLevelROC(table, classIndex: 1)
    #expect(absent.area == nil && absent.positives == 0 && absent.negatives == 2)
  }

  @Test func imagesWithIgnoredObjectsAloneAreLeftOut() throws {
    var input = EvaluationInput(imageNames: ["a", "b", "c"], classNames: ["cat"])
    input.groundTruths.append(image: 0, classIndex: 0, box: box)
    input.groundTruths.append(image: 1, classIndex: 0, box: box, traits: .ignored)
    input.detections.append(image: 1, classIndex: 0, box: box, score: 0.9)
    input.detections.append(image: 0, classIndex: 0, box: box, score: 0.8)
    let presence = ImageLevelROC(try EvaluationTable(input), classIndex: 0)
    #expect(presence.positives == 1 && presence.negatives == 1 && presence.area == 1)
  }

  @Test func calibrationComparesScoresWithFacts() throws {
    // Images with the class are right, those without wrong.
    let table = try table([
      (true, [0.95]), (true, [0.91]), (false, [0.99]), (false, [0.05]), (true, [1]),
    ])
    let calibration = try #require(Calibration(table, MatchTable(table)))
    #expect(calibration.bins.map(\.count) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 4])
    #expect(calibration.bins[9].truePositives == 3 && calibration.bins[9].precision == 0.75)
    #expect(calibration.bins[1].precision == nil && calibration.bins[1].score == nil)
    #expect(abs((calibration.bins[9].score ?? 0) - 3.85 / 4) < 1e-12)
    // (|0.05 - 0| + |3.85 - 3|) / 5
    #expect(abs(calibration.error - 0.9 / 5) < 1e-12)
    let empty = try self.table([(true, [])])
    #expect(Calibration(empty, MatchTable(empty)) == nil)
  }

  @Test func scoresBeyondOneHaveNoCalibration() throws {
    let table = try table([(true, [1.5])])
    #expect(Calibration(table, MatchTable(table)) == nil)
  }
}
