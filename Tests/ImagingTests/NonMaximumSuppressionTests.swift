import Basics
import Testing

@testable import Imaging

@Suite("Suppression")
struct SuppressionTests {
  /// The textbook loop, on the definitions alone.
  private func textbook(
    _ detections: [Detection], threshold: Double, byDistance: Bool = false, classAgnostic: Bool,
    maximum: Int
  ) -> [Detection] {
    let order = detections.indices.sorted {
      (-detections[$0].score, $0) < (-detections[$1].score, $1)
    }
    var kept: [Detection] = []
    for candidate in order.map({ detections[$0] }) {
      let isSuppressed = kept.contains {
        (classAgnostic || $0.classIndex == candidate.classIndex)
          && (byDistance ? $0.box.diou(candidate.box) : $0.box.iou(candidate.box)) > threshold
      }
      if !isSuppressed { kept.append(candidate) }
    }
    return Array(kept.prefix(maximum))
  }

  /// Boxes on a coarse grid and scores in tenths, so that equal boxes, equal scores and overlaps
  /// that hit the threshold exactly are common.
  private func detections(count: Int, classes: Int, seed: UInt64) -> [Detection] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let x = Double(Int.random(in: 0...12, using: &random))
      let y = Double(Int.random(in: 0...12, using: &random))
      return Detection(
        box: Box(
          x1: x, y1: y, x2: x + Double(Int.random(in: 0...5, using: &random)),
          y2: y + Double(Int.random(in: 0...5, using: &random))),
        classIndex: Int.random(in: 0..<classes, using: &random) * 7 - 3,
        score: Float(Int.random(in: -2...10, using: &random)) / 10)
    }
  }

  @Test("random sets with many ties agree with the textbook loop", arguments: [false, true])
  func matchesTextbook(classAgnostic: Bool) {
    for seed in 0..<60 {
      let set = detections(
        count: [0, 1, 7, 8, 9, 150, 400][seed % 7], classes: 1 + seed % 5, seed: UInt64(seed))
      // Quotients of small integers are often exactly one of these.
      let threshold = [0, 0.25, 0.3, 0.5, 0.7, 1][seed % 6]
      for maximum in [Int.max, 20, 0] {
        #expect(
          NonMaximumSuppression.suppress(
            set, iouThreshold: threshold, classAgnostic: classAgnostic, maximumDetections: maximum)
            == textbook(
              set, threshold: threshold, classAgnostic: classAgnostic, maximum: maximum))
      }
    }
  }

  @Test("an overlap equal to the threshold is allowed, by hand")
  func thresholdIsExclusive() {
    // 10 x 10 and 10 x 5 inside of it: intersection 50, union 100.
    let set = [
      Detection(box: Box(x1: 0, y1: 0, x2: 10, y2: 10), classIndex: 0, score: 0.9),
      Detection(box: Box(x1: 0, y1: 0, x2: 10, y2: 5), classIndex: 0, score: 0.8),
    ]
    #expect(NonMaximumSuppression.suppress(set, iouThreshold: 0.5).count == 2)
    #expect(NonMaximumSuppression.suppress(set, iouThreshold: 0.499).count == 1)
  }

  @Test("equal scores keep their order, and -0 equals 0")
  func ties() {
    let set = [Float(0), -0.0, 0, -0.0].enumerated().map { index, score in
      Detection(
        box: Box(x1: Double(index) * 10, y1: 0, x2: Double(index) * 10 + 5, y2: 5),
        classIndex: index, score: score)
    }
    #expect(
      NonMaximumSuppression.suppress(set, iouThreshold: 0.5).map(\.classIndex) == [0, 1, 2, 3])
  }

  @Test("what cannot be ordered or compared is left out, wherever it stands")
  func notNumbers() {
    let good = detections(count: 40, classes: 2, seed: 9)
    var set = good
    let box = Box(x1: 0, y1: 0, x2: 50, y2: 50)
    set.insert(Detection(box: box, classIndex: 0, score: .nan), at: 0)
    for corner in [\Box.x1, \Box.y1, \Box.x2, \Box.y2] {
      for value in [Double.nan, .infinity, -.infinity] {
        var broken = box
        broken[keyPath: corner] = value
        set.insert(Detection(box: broken, classIndex: 0, score: 2), at: set.count / 2)
      }
    }
    #expect(
      NonMaximumSuppression.suppress(set, iouThreshold: 0.4)
        == NonMaximumSuppression.suppress(good, iouThreshold: 0.4))
  }

  /// So many boxes of one class lie in strips; only boxes in reach are compared.
  @Test("a large class agrees with the textbook loop", arguments: [0, 0.1, 0.5, 0.9, 1])
  func strips(threshold: Double) {
    var random = SeededGenerator(seed: 5)
    let set = (0..<900).map { index in
      // Corners on a grid, so that ties at the threshold occur; a few boxes of extreme size.
      let x = Double(Int.random(in: 0...30, using: &random))
      let y = Double(Int.random(in: -200...200, using: &random))
      let scale = index % 90 == 0 ? 1e6 : index % 91 == 0 ? 1e-6 : 1
      return Detection(
        box: Box(
          x1: x, y1: y, x2: x + scale * Double(Int.random(in: 0...12, using: &random)),
          y2: y + scale * Double(Int.random(in: 0...12, using: &random))),
        classIndex: index % 2, score: Float(Int.random(in: 0...50, using: &random)) / 50)
    }
    for (byDistance, maximum) in [(false, Int.max), (true, .max), (false, 40), (true, 1)] {
      #expect(
        NonMaximumSuppression.suppress(
          set, iouThreshold: threshold, byDistance: byDistance, classAgnostic: true,
          maximumDetections: maximum)
          == textbook(
            set, threshold: threshold, byDistance: byDistance, classAgnostic: true,
            maximum: maximum))
    }
  }

  @Test("coordinates whose sums overflow are compared, too")
  func overflow() {
    let set = [-1.7e308, -1e300, 0, 1e300, 1.7e308].flatMap { place in
      (0..<30).map { index in
        Detection(
          box: Box(x1: 0, y1: place, x2: 10, y2: place + Double(index)), classIndex: 0,
          score: Float(index) / 30)
      }
    }
    #expect(
      NonMaximumSuppression.suppress(set, iouThreshold: 0.5)
        == textbook(set, threshold: 0.5, classAgnostic: false, maximum: .max))
  }

  @Test("30,000 candidates over 80 classes agree with the textbook loop, class by class")
  func many() {
    var random = SeededGenerator(seed: 12)
    let set = (0..<30_000).map { _ in
      let x = Double.random(in: 0...600, using: &random)
      let y = Double.random(in: 0...600, using: &random)
      return Detection(
        box: Box(
          x1: x, y1: y, x2: x + Double.random(in: 5...200, using: &random),
          y2: y + Double.random(in: 5...200, using: &random)),
        classIndex: Int.random(in: 0..<80, using: &random),
        score: Float.random(in: 0...1, using: &random))
    }
    let found = NonMaximumSuppression.suppress(set, iouThreshold: 0.5)
    let byClass = Dictionary(grouping: set, by: \.classIndex)
    for (classIndex, members) in byClass {
      #expect(
        found.filter { $0.classIndex == classIndex }
          == textbook(members, threshold: 0.5, classAgnostic: false, maximum: .max))
    }
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
  }
}
