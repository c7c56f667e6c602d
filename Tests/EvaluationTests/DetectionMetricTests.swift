import Evaluation
import Imaging
import Testing

/// The rules one at a time, on cases small enough to reckon by hand.
struct DetectionMetricTests {
  private struct GroundTruth {
    var x: Double
    var side = 100.0
    var traits: GroundTruthFlags = []
  }

  private struct Found {
    var x: Double
    var width = 100.0
    var side = 100.0
    var score = 0.5
    var classIndex = 0
  }

  private func report(
    _ groundTruths: [GroundTruth], _ found: [Found], classNames: [String] = ["cat"]
  ) throws -> DetectionMetrics {
    var input = EvaluationInput(imageNames: ["one"], classNames: classNames)
    for groundTruth in groundTruths {
      input.groundTruths.append(
        image: 0, classIndex: 0,
        box: SizedBox(x: groundTruth.x, y: 0, width: groundTruth.side, height: groundTruth.side),
        traits: groundTruth.traits)
    }
    for item in found {
      input.detections.append(
        image: 0, classIndex: item.classIndex,
        box: SizedBox(x: item.x, y: 0, width: item.width, height: item.side), score: item.score)
    }
    return try EvaluationResult(name: "", input).report
  }

  private func groundTruth(
    _ x: Double, side: Double = 100, traits: GroundTruthFlags = []
  ) -> GroundTruth {
    GroundTruth(x: x, side: side, traits: traits)
  }

  private func issue(_ x: Double, score: Double = 0.5) -> Found {
    Found(x: x, score: score)
  }

  @Test func nothingToMeasureIsMinusOne() throws {
    let empty = try EvaluationResult(name: "", EvaluationInput(classNames: [])).report
    #expect(empty.numbers.map(\.value) == [Double](repeating: -1, count: 12))
    #expect(try report([], [issue(0)]).ap == -1)
    #expect(try report([groundTruth(0)], []).ap == 0)
    #expect(try report([groundTruth(0)], []).apSmall == -1)
  }

  @Test func aPerfectIssueScoresOne() throws {
    let perfect = try report([groundTruth(0)], [issue(0)])
    // right / (wrong + right + 2^-52): one part in 2^52 below 1, as in the reference.
    #expect(perfect.ap == 0.9999999999999998)
    #expect(perfect.numbers[6].value == 1)
    #expect(perfect.apLarge == 0.9999999999999998)
    #expect(perfect.apSmall == -1)
  }

  @Test func overlapOfExactlyAThresholdMatches() throws {
    // 80 x 100 inside 100 x 100: IoU 0.8, so seven of ten thresholds (0.50 ... 0.80) match.
    let half = try report(
      [groundTruth(0)],
      [Found(x: 0, width: 80)])
    #expect(abs(half.ap - 0.7) < 1e-12)
    #expect(abs(half.ar100 - 0.7) < 1e-12)
  }

  @Test func aSecondIssueOfTheSameGroundTruthIsWrong() throws {
    // Surest first: wrong, then right: precision 1/2 at every recall.
    let doubled = try report(
      [groundTruth(0)], [issue(300, score: 0.9), issue(0, score: 0.8), issue(0, score: 0.7)])
    #expect(abs(doubled.ap - 0.5) < 1e-12)
    #expect(doubled.numbers[6].value == 0)
    #expect(doubled.numbers[7].value == 1)
  }

  @Test func ofEqualScoresTheEarlierGoesFirst() throws {
    #expect(try report([groundTruth(0)], [issue(0), issue(300)]).ap > 0.99)
    #expect(abs(try report([groundTruth(0)], [issue(300), issue(0)]).ap - 0.5) < 1e-12)
  }

  @Test func ignoredGroundTruthsAreNeitherMissedNorFound() throws {
    let difficult = groundTruth(300, traits: .ignored)
    #expect(try report([groundTruth(0), difficult], [issue(0)]).ar100 == 1)
    let both = try report([groundTruth(0), difficult], [issue(300, score: 0.9), issue(0)])
    #expect(both.ap > 0.99)
    #expect(both.classes[0].groundTruthCount == 1)
    // A second finding of it is wrong: precision 1/2.
    let again = try report(
      [groundTruth(0), difficult],
      [issue(300, score: 0.9), issue(300, score: 0.8), issue(0)])
    #expect(abs(again.ap - 0.5) < 1e-12)
  }

  @Test func crowdsMatchMany() throws {
    let crowd = groundTruth(200, side: 400, traits: .crowd)
    let many = (0..<4).map { issue(200 + Double($0) * 100, score: 0.9) }
    #expect(try report([groundTruth(0), crowd], many + [issue(0)]).ap > 0.99)
  }

  @Test func areaDecidesTheRange() throws {
    // 32 x 32 is both small and medium, 96 x 96 both medium and large.
    let borders = try report([groundTruth(0, side: 32), groundTruth(200, side: 96)], [])
    #expect(borders.arSmall == 0 && borders.arMedium == 0 && borders.arLarge == 0)
    #expect(try report([groundTruth(0, side: 32.01)], []).arSmall == -1)
  }

  @Test func atMostAHundredIssuesCount() throws {
    let noise = (0..<100).map { issue(1000 + Double($0), score: 0.9) }
    #expect(try report([groundTruth(0)], noise + [issue(0)]).ap == 0)
    #expect(try report([groundTruth(0)], noise.dropLast() + [issue(0)]).ap > 0)
  }

  @Test func classesAreScoredApart() throws {
    var dog = issue(0)
    dog.classIndex = 1
    let mixed = try report([groundTruth(0)], [dog], classNames: ["cat", "dog"])
    #expect(mixed.classes.map(\.ap) == [0, -1])
    #expect(mixed.classes.map(\.detectionCount) == [0, 1])
    #expect(mixed.ap == 0)
  }

  @Test func annotationsAndDetectionsConvert() throws {
    let box = Box(x1: 10, y1: 20, x2: 40, y2: 60)
    var input = EvaluationInput(classNames: ["cat"])
    input.append(
      image: "a.jpg",
      annotations: [
        Annotation(box: box, classIndex: 0),
        Annotation(box: box, classIndex: 0, isDifficult: true),
        Annotation(box: box, classIndex: 0, isCrowd: true),
      ],
      detections: [Detection(box: box, classIndex: 0, score: 0.5)])
    #expect(input.imageNames == ["a.jpg"])
    #expect(input.groundTruths.areas == [1200, 1200, 1200])
    #expect(input.groundTruths.traits == [[], .ignored, .crowd])
    #expect(input.detections.boxes == [SizedBox(x: 10, y: 20, width: 30, height: 40)])
    #expect(input.detections.boxes[0].corners == box)
    #expect(try EvaluationResult(name: "", input).report.ap > 0.99)
  }

  @Test func badInputIsRefusedInASentence() {
    var unknown = issue(0)
    unknown.classIndex = 7
    #expect {
      try report([], [unknown])
    } throws: {
      "\($0)"
        == "detection 0, of image one, cannot be evaluated: its class index is 7, but there are 1 classes."
    }
    #expect(throws: EvaluationError.self) { try report([groundTruth(.nan)], []) }
    #expect(throws: EvaluationError.self) { try report([groundTruth(0)], [issue(0, score: .nan)]) }
    #expect(throws: EvaluationError.self) { try report([groundTruth(0)], [issue(.infinity)]) }
  }
}
