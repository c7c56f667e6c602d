@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct BoxLossTests {
  static let groundTruth = [0.0, 0, 10, 10]
  static let places: [(name: String, corners: [Double])] = [
    ("overlapping", [2, 3, 14, 9]), ("contained", [2, 3, 6, 5]), ("containing", [-3, -2, 14, 12]),
    ("disjoint", [20, 5, 32, 30]), ("beside", [12, 2, 15, 8]),
    ("identical", [0, 0, 10, 10]), ("touching at an edge", [10, 0, 20, 10]),
    ("touching at a corner", [10, 10, 20, 20]), ("sharing an edge", [0, 2, 8, 14]),
    ("same center", [2, 4, 8, 6]),
    ("without width", [5, 5, 5, 9]), ("without height", [3, 5, 9, 5]), ("inverted", [8, 2, 4, 6]),
  ]

  // Two boxes of 100 that share 5 x 10: 50 / 150.
  // GIoU: enclosing 15 x 10 = 150 = union, so the same.
  // DIoU: centers 5 apart, 25 / (15² + 10²) = 1/13. CIoU: the same aspect ratio, v = 0.
  @Test func valuesOfShiftedSquares() {
    let predicted = Box([5, 0, 15, 10])
    #expect(abs(value(.iou, predicted) - (1 - 1.0 / 3)) < 1e-8)
    #expect(abs(value(.giou, predicted) - (1 - 1.0 / 3)) < 1e-8)
    #expect(abs(value(.diou, predicted) - (1 - 1.0 / 3 + 1.0 / 13)) < 1e-8)
    #expect(abs(value(.ciou, predicted) - (1 - 1.0 / 3 + 1.0 / 13)) < 1e-8)
  }

  // Disjoint: IoU 0. GIoU: enclosing 30 x 10 = 300, union 200: 1 + 100 / 300.
  // DIoU and CIoU: centers 20 apart: 1 + 400 / (900 + 100).
  @Test func valuesOfDisjointSquares() {
    let predicted = Box([20, 0, 30, 10])
    #expect(abs(value(.iou, predicted) - 1) < 1e-8)
    #expect(abs(value(.giou, predicted) - (1 + 1.0 / 3)) < 1e-8)
    #expect(abs(value(.diou, predicted) - 1.4) < 1e-8)
    #expect(abs(value(.ciou, predicted) - 1.4) < 1e-8)
  }

  // 4 x 2 in the middle of 10 x 10: IoU 8/100, the enclosing box is the ground truth, no distance;
  // v = 4/pi² (atan 1 - atan 2)² = 0.405285 * 0.321751² = 0.0419559,
  // alpha = v / (0.92 + v) = 0.0436152, alpha v = 0.00182992.
  @Test func valuesOfConcentricBoxes() {
    let predicted = Box([3, 4, 7, 6])
    #expect(abs(value(.iou, predicted) - 0.92) < 1e-8)
    #expect(abs(value(.giou, predicted) - 0.92) < 1e-8)
    #expect(abs(value(.diou, predicted) - 0.92) < 1e-8)
    #expect(abs(value(.ciou, predicted) - 0.92182992) < 1e-7)
  }

  @Test(arguments: BoxLoss.allCases)
  func identicalBoxesCostNothing(loss: BoxLoss) {
    let result = loss.evaluate(predicted: Box(Self.groundTruth), groundTruth: Box(Self.groundTruth))
    #expect(abs(result.value) < 1e-8)
    for corner in 0..<4 { #expect(abs(result.gradient[corner]) < 1e-8) }
  }

  // At a kink the difference over both sides is the mean of the two slopes, which is what the
  // hand-written gradient promises; the error of such a difference is of the order of the step.
  @Test(arguments: BoxLoss.allCases)
  func gradientsAreCentralDifferences(loss: BoxLoss) {
    for place in Self.places {
      expectGradient(loss, place.corners, Self.groundTruth, tolerance: 1e-6, "\(place.name)")
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let boxes = (0..<2).map { _ -> [Double] in
        let (x, y) = (Double(random.uniform(in: 0...30)), Double(random.uniform(in: 0...30)))
        return [
          x, y, x + Double(random.uniform(in: 0.5...40)), y + Double(random.uniform(in: 0.5...40)),
        ]
      }
      expectGradient(loss, boxes[0], boxes[1], tolerance: 1e-6, "\(boxes)")
    }
  }

  @Test(arguments: BoxLoss.allCases)
  func nothingIsEverNotANumber(loss: BoxLoss) {
    var random = SeededGenerator(seed: 4)
    let extremes = [0.0, -0.0, 1e-300, 1e-30, 1e-8, 1, 7, 416, 1e8, 1e40, -1e-8, -1, -416, -1e40]
    func corner() -> Double {
      extremes[Int(random.next() % UInt64(extremes.count))]
        + (random.next() % 2 == 0 ? 0 : Double(random.uniform(in: -20...20)))
    }
    for _ in 0..<20_000 {
      let (predicted, groundTruth) = (
        Box([corner(), corner(), corner(), corner()]),
        Box([corner(), corner(), corner(), corner()])
      )
      let result = loss.evaluate(predicted: predicted, groundTruth: groundTruth)
      let finite = result.value.isFinite && (0..<4).allSatisfy { result.gradient[$0].isFinite }
      #expect(finite, "\(predicted) \(groundTruth)")
    }
  }

  private func value(_ loss: BoxLoss, _ predicted: Box) -> Double {
    loss.evaluate(predicted: predicted, groundTruth: Box(Self.groundTruth)).value
  }

  private func expectGradient(
    _ loss: BoxLoss, _ predicted: [Double], _ groundTruth: [Double], tolerance: Double,
    _ name: String
  ) {
    let result = loss.evaluate(predicted: Box(predicted), groundTruth: Box(groundTruth))
    let alpha = LossReference.alpha(loss, predicted, groundTruth)
    let expectedValue = LossReference.loss(loss, predicted, groundTruth, alpha: alpha)
    #expect(difference(result.value, expectedValue) < 1e-12, "\(name)")
    let expected = LossReference.gradient(loss, predicted, groundTruth, step: 1e-6)
    for corner in 0..<4 {
      #expect(
        difference(result.gradient[corner], expected[corner]) < tolerance,
        "\(name), corner \(corner): \(result.gradient[corner]), expected \(expected[corner])")
    }
  }
}

@Suite struct BinaryCrossEntropyTests {
  // Reference: Foundation's exp and log1p in double precision.
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 20, 80, 1023, 1024, 1025, 5000])
  func sumAndSlopesOfZeroTargets(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    let logits = (0..<count).map { _ in random.uniform(in: -20...20) }
    let (sum, slopes) = zeroTargets(logits, scale: 0.25)
    var expected = 0.0
    for (logit, slope) in zip(logits, slopes) {
      let x = Double(logit)
      expected += max(x, 0) + log1p(exp(-abs(x)))
      let wanted = 0.25 / (1 + exp(-x))
      #expect(abs(Double(slope) - wanted) < 4e-7 * wanted)
    }
    #expect(abs(sum - expected) < 1e-6 * expected)
  }

  // With target 0: log(1 + exp(0)) = 0.693147; large x gives x; very negative x gives almost 0.
  @Test func extremesStayFinite() {
    let large = Float.greatestFiniteMagnitude
    let logits: [Float] = [0, large, -large, 100, -100, 88, -88, .leastNonzeroMagnitude, -0.0]
    let (sum, slopes) = zeroTargets(logits, scale: 1)
    #expect(sum == Double(large) + 188 + 3 * log(2))
    #expect(slopes[0] == 0.5)
    #expect(slopes[1] == 1)
    #expect(slopes[2] >= 0 && slopes[2] < 1e-37)
    #expect(slopes.allSatisfy { $0.isFinite })
  }

  @Test func notANumberIsShown() {
    for place in 0..<5 {
      var logits = [Float](repeating: 0, count: 5)
      logits[place] = .nan
      let (sum, slopes) = zeroTargets(logits, scale: 1)
      #expect(sum.isNaN)
      #expect(slopes[place].isNaN)
    }
  }

  // The correction must turn softplus(x) into -t log(s) - (1 - t) log(1 - s), and its slope be the
  // central difference of that.
  @Test func correctionForSoftTargets() {
    func entropy(_ x: Double, _ target: Double) -> Double {
      let score = 1 / (1 + exp(-x))
      return -target * log(score) - (1 - target) * log(1 - score)
    }
    for logit: Float in [-6, -1.5, 0, 0.25, 4] {
      for target in [0, 0.05, 0.5, 1] {
        let x = Double(logit)
        let correction = BinaryCrossEntropy.correction(logit: logit, target: target)
        let value = BinaryCrossEntropy.softplus(logit) + correction.value
        #expect(abs(value - entropy(x, target)) < 1e-9)
        let slope = (entropy(x + 1e-5, target) - entropy(x - 1e-5, target)) / 2e-5
        #expect(abs(correction.slope - slope) < 1e-8)
      }
    }
  }

  private func zeroTargets(_ logits: [Float], scale: Float) -> (Double, [Float]) {
    var slopes = [Float](repeating: .nan, count: logits.count)
    let sum = logits.withUnsafeBufferPointer { source in
      slopes.withUnsafeMutableBufferPointer { target -> Double in
        guard let source = source.baseAddress, let target = target.baseAddress else { return 0 }
        return BinaryCrossEntropy.zeroTargets(
          logits: source, count: logits.count, scale: scale, gradient: target)
      }
    }
    return (sum, slopes)
  }
}
