import Imaging
import Testing

@testable import Evaluation

/// VOC's AP, operating points and the confusion matrix on cases reckoned by hand.
@Suite struct PascalMetricTests {
  /// Boxes of 10 x 10 in a row, a ground-truth object or detection at each x; one image, one class.
  private func table(
    groundTruths: [(x: Double, traits: GroundTruthFlags)], found: [(x: Double, score: Double)]
  ) throws -> EvaluationTable {
    var input = EvaluationInput(imageNames: ["one"], classNames: ["cat"])
    for groundTruth in groundTruths {
      input.groundTruths.append(
        image: 0, classIndex: 0, box: SizedBox(x: groundTruth.x, y: 0, width: 10, height: 10),
        traits: groundTruth.traits)
    }
    for item in found {
      input.detections.append(
        image: 0, classIndex: 0, box: SizedBox(x: item.x, y: 0, width: 10, height: 10),
        score: item.score)
    }
    return try EvaluationTable(input)
  }

  @Test func bothRulesByHand() throws {
    // Right, wrong, right, of 4 ground-truth objects: recall 1/4, 1/4, 1/2; precision 1, 1/2, 2/3.
    let metric = PascalMetric(
      try table(
        groundTruths: [(0, []), (20, []), (40, []), (60, [])],
        found: [(0, 0.9), (200, 0.8), (20, 0.7)]))
    // 2007: recall 0, .1, .2 have 1; .3, .4, .5 have 2/3; the rest 0.
    #expect(abs(metric.meanAP2007 - (3 + 3 * 2.0 / 3) / 11) < 1e-15)
    // 2010: 1/4 * 1 + 1/4 * 2/3.
    #expect(abs(metric.meanAP2010 - 5.0 / 12) < 1e-15)
  }

  @Test func aTakenGroundTruthIsNotGivenAway() throws {
    // Both detections overlap the first ground truth most (IoU 1 and 9/11); the second also overlaps the
    // other by 8/12. COCO gives it the free one; VOC calls it wrong.
    let table = try table(groundTruths: [(0, []), (3, [])], found: [(0, 0.9), (1, 0.8)])
    #expect(abs(PascalMetric(table).meanAP2010 - 0.5) < 1e-15)
    let curve = F1Curve.curves(table, MatchTable(table))[0]
    #expect(curve.best?.truePositives == 2 && curve.best?.falsePositives == 0)
  }

  @Test func difficultGroundTruthsCountNeitherWay() throws {
    let metric = PascalMetric(
      try table(
        groundTruths: [(0, []), (50, .ignored)], found: [(50, 0.9), (50, 0.8), (0, 0.7)]))
    #expect(metric.classes[0].groundTruthCount == 1)
    #expect(metric.meanAP2007 > 0.9999 && metric.meanAP2010 == 1)
    #expect(
      PascalMetric(try table(groundTruths: [(0, .ignored)], found: [(0, 1)])).meanAP2007 == -1)
  }

  @Test func anOverlapOfAHalfIsEnough() throws {
    // A box of 10 x 10 shifted by 10/3 has an IoU of (20/3) / (40/3).
    var input = EvaluationInput(imageNames: ["one"], classNames: ["cat"])
    input.groundTruths.append(
      image: 0, classIndex: 0, box: SizedBox(x: 0, y: 0, width: 10, height: 10))
    input.detections.append(
      image: 0, classIndex: 0, box: SizedBox(x: 0, y: 0, width: 5, height: 10), score: 1)
    #expect(PascalMetric(try EvaluationTable(input)).meanAP2010 == 1)
  }

  @Test func pointsJoinEqualScores() throws {
    let table = try table(
      groundTruths: [(0, []), (20, [])], found: [(0, 0.5), (200, 0.5), (20, 0.25), (300, 0.125)])
    let curve = F1Curve.curves(table, MatchTable(table))[0]
    #expect(curve.points.map(\.score) == [0.5, 0.25, 0.125])
    #expect(
      curve.points.map(\.truePositives) == [1, 2, 2]
        && curve.points.map(\.falsePositives) == [1, 1, 2])
    // F1: 2/(2 + 2) = 1/2, 4/(3 + 2) = 4/5, 4/(4 + 2) = 2/3.
    #expect(curve.points.map(\.f1) == [0.5, 0.8, 2.0 / 3])
    #expect(curve.best?.score == 0.25)
    #expect(curve.best?.precision == 2.0 / 3 && curve.best?.recall == 1)
    #expect(curve.point(from: 0.3).truePositives == 1 && curve.point(from: 0.9).truePositives == 0)
    #expect(curve.point(from: 0).falsePositives == 2)
  }

  @Test func confusionPairsTheClosestFirst() throws {
    var input = EvaluationInput(imageNames: ["one", "two"], classNames: ["cat", "dog"])
    let box = SizedBox(x: 0, y: 0, width: 10, height: 10)
    let beside = SizedBox(x: 1, y: 0, width: 10, height: 10)
    let far = SizedBox(x: 100, y: 0, width: 10, height: 10)
    input.groundTruths.append(image: 0, classIndex: 0, box: box)
    input.groundTruths.append(image: 0, classIndex: 1, box: far)
    input.groundTruths.append(image: 1, classIndex: 0, box: far, traits: .ignored)
    // A dog lies closer to the cat than the cat that was found; the cat is left over.
    input.detections.append(image: 0, classIndex: 1, box: box, score: 0.3)
    input.detections.append(image: 0, classIndex: 0, box: beside, score: 0.9)
    input.detections.append(image: 0, classIndex: 1, box: far, score: 0.2)
    input.detections.append(image: 1, classIndex: 1, box: far, score: 0.9)
    let matrix = ConfusionMatrix(try EvaluationTable(input))
    #expect(matrix.count(predicted: 1, groundTruth: 0) == 1)
    #expect(matrix.count(predicted: 0, groundTruth: 2) == 1)
    // The second dog is below the confidence: its ground truth is missed.
    #expect(matrix.count(predicted: 2, groundTruth: 1) == 1)
    #expect(matrix.counts.reduce(0, +) == 3)
    let all = ConfusionMatrix(try EvaluationTable(input), confidence: 0)
    #expect(
      all.count(predicted: 1, groundTruth: 1) == 1 && all.count(predicted: 2, groundTruth: 1) == 0)
  }
}
