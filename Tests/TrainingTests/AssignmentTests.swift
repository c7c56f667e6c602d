import Foundation
import Imaging
import Testing

@testable import Training

/// A box that lies beside every ground truth of the tests below.
private let elsewhere = Box([26, 26, 31, 31])

/// One output of 4 x 4 cells, 8 pixels apart, all of which predict something else.
private func smallHead(_ assigner: Assigner, classes: Int = 2) -> HeadOutputs {
  let objective = DetectionLoss(classCount: classes, strides: [8], assigner: assigner)
  let head = HeadOutputs(objective, images: 1, width: 32, height: 32)
  for index in 0..<16 {
    let zeros = [Float](repeating: 0, count: classes)
    head.predict(AnchorPoint(level: 0, index: index), elsewhere, logits: zeros)
  }
  return head
}

/// `(anchorPoint, groundTruth, target)` of each match of the only image.
private func matched(_ head: HeadOutputs, _ groundTruths: [Annotation]) -> [[Double]] {
  head.matches([groundTruths])[0].map {
    [Double($0.anchorPoint.index), Double($0.groundTruth), $0.target]
  }
}

private func expectMatches(
  _ matches: [[Double]], _ expected: [[Double]], sourceLocation: SourceLocation = #_sourceLocation
) {
  let agree =
    matches.count == expected.count
    && zip(matches.joined(), expected.joined()).allSatisfy { abs($0 - $1) < 1e-5 }
  #expect(agree, "\(matches), expected \(expected)", sourceLocation: sourceLocation)
}

@Suite struct TaskAlignedAssignmentTests {
  let square = Annotation(box: Box([0, 0, 16, 16]), classIndex: 0)

  // Centers 4 and 12 lie inside: cells 0, 1, 4, 5. Cell 0 predicts the ground truth: CIoU 1. Cell 5
  // predicts its upper half: IoU 0.5, centers 4 apart on a diagonal of 16² + 16²: 16 / 512;
  // v = 4/pi² (atan 1 - atan 2)² = 0.0419559, alpha = v / (0.5 + v) = 0.0774147;
  // CIoU = 0.5 - 0.03125 - 0.003248 = 0.465502, to the sixth 0.0101749.
  // All scores 0.5: the targets are 1 and 0.0101749.
  @Test func targetsFollowTheOverlap() {
    let head = smallHead(.taskAligned)
    head.predict(AnchorPoint(level: 0, index: 0), square.box, logits: [0, 0])
    head.predict(AnchorPoint(level: 0, index: 5), Box([0, 0, 16, 8]), logits: [0, 0])
    expectMatches(matched(head, [square]), [[0, 0, 1], [5, 0, 0.0101749]])
  }

  // As above, but cell 0's score is 1/4 and cell 5's 4/5, the other class regardless: the alignments
  // are 0.5 and sqrt(0.8) * 0.0101749; target 5 is 0.00910071 / 0.5.
  @Test func targetsFollowTheScoreOfTheOwnClass() {
    let head = smallHead(.taskAligned)
    head.predict(AnchorPoint(level: 0, index: 0), square.box, logits: [-log(3), 5])
    head.predict(AnchorPoint(level: 0, index: 5), Box([0, 0, 16, 8]), logits: [log(4), -5])
    expectMatches(matched(head, [square]), [[0, 0, 1], [5, 0, 0.0182014]])
  }

  // All 16 cells predict the ground truth; their scores rise with their index, so that the last ten win.
  // The targets are sqrt(score / best score).
  @Test func onlyTheTenBestAreTaken() {
    let head = smallHead(.taskAligned)
    let groundTruth = Annotation(box: Box([0, 0, 32, 32]), classIndex: 1)
    for index in 0..<16 {
      head.predict(
        AnchorPoint(level: 0, index: index), groundTruth.box, logits: [3, Float(index) / 4])
    }
    func score(_ index: Int) -> Double { 1 / (1 + exp(-Double(index) / 4)) }
    expectMatches(
      matched(head, [groundTruth]),
      (6..<16).map { [Double($0), 0, (score($0) / score(15)).squareRoot()] })
  }

  // Both ground-truth objects take cell 0, which predicts the first one (IoU with the second one is 0.5): it
  // becomes the first one's. The second one keeps cell 8, which predicts it.
  @Test func aContestedCellGoesToTheLargestOverlap() {
    let head = smallHead(.taskAligned)
    let tall = Annotation(box: Box([0, 0, 16, 32]), classIndex: 1)
    head.predict(AnchorPoint(level: 0, index: 0), square.box, logits: [-4, 4])
    head.predict(AnchorPoint(level: 0, index: 8), tall.box, logits: [0, 0])
    expectMatches(matched(head, [square, tall]), [[0, 0, 1], [8, 1, 1]])
    expectMatches(matched(head, [tall, square]), [[0, 1, 1], [8, 0, 1]])
  }

  // No center lies inside the 1 x 1 ground truth at 6.5, so that each stride offers its nearest cell. With
  // codes of 0 they predict squares of one stride: of 8 around 4, IoU 1/64, distance 12.5 / 128;
  // of 16 around 8: 1/256 - 4.5 / 512 = -0.005, the best; of 32 around 16: 1/1024 - 180.5 / 2048.
  // None overlaps in the sense of CIoU, so that the best is given the least target.
  @Test func aTinyBoxGetsANearbyCell() {
    let objective = DetectionLoss(classCount: 1)
    let head = HeadOutputs(objective, images: 1, width: 64, height: 32)
    let groundTruth = Annotation(box: Box([6, 6, 7, 7]), classIndex: 0)
    let anchorPoint = AnchorPoint(level: 1, index: 0)
    #expect(
      head.matches([[groundTruth]]) == [
        [Assignment(anchorPoint: anchorPoint, groundTruth: 0, target: 0.05, weight: 0.05)]
      ])
    // Behind the last column (8 columns of 8 pixels) the last one is the nearest.
    let beyond = Annotation(box: Box([63.5, 0, 63.75, 0.5]), classIndex: 0)
    #expect(head.matches([[beyond]])[0].map(\.groundTruth) == [0])
  }

  // Corners 4 and 12 touch the centers of stride 8 and hold none; 8, the first center of stride 16,
  // lies inside: 16 x 16 predicted around the same center, IoU 64 / 256.
  @Test func centersOnTheEdgeAreOutside() {
    let head = HeadOutputs(DetectionLoss(classCount: 1), images: 1, width: 32, height: 32)
    let matches = head.matches([[Annotation(box: Box([4, 4, 12, 12]), classIndex: 0)]])[0]
    #expect(matches.map(\.anchorPoint) == [AnchorPoint(level: 1, index: 0)])
    #expect(matches.allSatisfy { abs($0.target - 0.25) < 1e-6 })
  }

  // Columns are not rows: in an image of 96 x 32 the ground truth's centers are column 9 of 12, row 2 of 4.
  @Test func cellsAreCountedRowByRow() {
    let objective = DetectionLoss(classCount: 1, strides: [8])
    let head = HeadOutputs(objective, images: 1, width: 96, height: 32)
    let matches = head.matches([[Annotation(box: Box([72, 16, 80, 24]), classIndex: 0)]])[0]
    #expect(matches.map(\.anchorPoint.index) == [2 * 12 + 9])
    #expect(matches.allSatisfy { abs($0.target - 1) < 1e-6 })
  }
}

@Suite struct SimOTAAssignmentTests {
  let square = Annotation(box: Box([8, 8, 24, 24]), classIndex: 0)
  let other = Annotation(box: Box([8, 8, 24, 24]), classIndex: 1)

  /// Centers within 12 of (16, 16): 12 and 20, cells 5, 6, 9, 10 (4 and 28 lie on the edge). Cells 5
  /// and 6 predict the ground truth, 9 and 10 three quarters of it: IoU 1, 1, 0.75, 0.75, in all 3.5, k 3.
  private func head(_ logits: [Int: [Float]]) -> HeadOutputs {
    let head = smallHead(.simOTA)
    for (index, box) in [5: square.box, 6: square.box, 9: Box([8, 8, 24, 20])] {
      head.predict(AnchorPoint(level: 0, index: index), box, logits: logits[index] ?? [0, 0])
    }
    head.predict(
      AnchorPoint(level: 0, index: 10), Box([8, 12, 24, 24]), logits: logits[10] ?? [0, 0])
    return head
  }

  // The whole ones cost 2 log 2; of the others (3 log 4/3 more), 10 classifies better.
  @Test func theCheapestAreTaken() {
    let head = head([10: [1, 0]])
    expectMatches(matched(head, [square]), [[5, 0, 1], [6, 0, 1], [10, 0, 0.75]])
    #expect(head.matches([[square]])[0].allSatisfy { $0.weight == 1 })
  }

  // Class costs, by softplus(2) = 2.127, softplus(-2) = 0.127, softplus(1) = 1.313, softplus(0) =
  // 0.693, and 0.863 more for the smaller:  cell 5        6      9      10
  //                      the first ground truth    0.254    4.254  2.249   1.869   takes 5, 10, 9
  //                      the second         4.254    0.254  2.249   2.869   takes 6, 9, 10
  // 9 costs both the same and goes to the first.
  @Test func aContestedCellGoesToTheCheapest() {
    let head = head([5: [2, -2], 6: [-2, 2], 10: [1, 0]])
    expectMatches(
      matched(head, [square, other]), [[5, 0, 1], [6, 1, 1], [9, 0, 0.75], [10, 0, 0.75]])
  }

  // Nothing overlaps: k is 1, the classes decide.
  @Test func oneCellAtLeast() {
    let head = smallHead(.simOTA)
    head.predict(AnchorPoint(level: 0, index: 9), elsewhere, logits: [1, 0])
    expectMatches(matched(head, [square]), [[9, 0, 0]])
  }

  // A ground-truth object beyond the image is far from every center: the nearest cell, the last one, takes it.
  @Test func theNearestCellWhereNoneIsNear() {
    let head = smallHead(.simOTA)
    let outside = Annotation(box: Box([60, 60, 70, 70]), classIndex: 0)
    expectMatches(matched(head, [outside]), [[15, 0, 0]])
  }
}

@Suite struct AssignmentTests {
  @Test(arguments: Assigner.allCases)
  func crowdsAndBrokenBoxesAreNoTargets(assigner: Assigner) {
    let head = smallHead(assigner)
    let boxes: [[Double]] = [
      [0, 0, 0, 16], [8, 8, 4, 16], [0, 0, .infinity, 16], [.nan, 0, 8, 8], [0, -.infinity, 8, 8],
    ]
    var groundTruths = boxes.map { Annotation(box: Box($0), classIndex: 0) }
    groundTruths.append(Annotation(box: Box([0, 0, 16, 16]), classIndex: 0, isCrowd: true))
    #expect(head.matches([groundTruths]) == [[]])
    groundTruths.append(Annotation(box: Box([0, 0, 16, 16]), classIndex: 0))
    let matches = head.matches([groundTruths])[0]
    #expect(!matches.isEmpty && matches.allSatisfy { $0.groundTruth == 6 })
  }

  @Test(arguments: Assigner.allCases)
  func everyCellHasAtMostOneGroundTruthAndEveryLoneGroundTruthACell(assigner: Assigner) {
    let objective = DetectionLoss(classCount: 3, assigner: assigner)
    let head = HeadOutputs(objective, images: 1, width: 128, height: 96)
    for seed in 0..<50 {
      head.randomize(seed: UInt64(seed), spread: seed % 2 == 0 ? 1 : 5)
      let groundTruths = randomGroundTruths(
        images: 4, classes: 3, width: 128, height: 96, seed: UInt64(seed) + 100)
      let matches = head.matches([groundTruths[3]])[0]
      #expect(
        matches.map(\.anchorPoint)
          == Set(matches.map(\.anchorPoint)).sorted {
            ($0.level, $0.index) < ($1.level, $1.index)
          })
      #expect(matches.allSatisfy { (0...1).contains($0.target) && $0.weight >= 0 })
      for groundTruth in groundTruths[3] { #expect(!head.matches([[groundTruth]])[0].isEmpty) }
    }
  }
}
