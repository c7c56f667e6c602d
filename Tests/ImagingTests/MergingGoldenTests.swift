import Foundation
import Testing

@testable import Imaging

/// NMS of all kinds against torchvision 0.29.2 and ensemble-boxes 1.0.9: Golden/make_merging.py.
@Suite struct MergingGoldenTests {
  /// One row: x1, y1, x2, y2, class, score.
  typealias Rows = [[Double]]

  struct Case: Decodable, Sendable {
    let threshold: Double
    let lowest: Float
    let lists: [Rows]
    let hard: Rows
    let diou: Rows
    let soft: Rows
    let wbf_mean: Rows
    let wbf_highest: Rows
  }

  private static let cases: [Case] = {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/merging.json")
    return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: url))) ?? []
  }()

  private func detections(_ rows: Rows) -> [Detection] {
    rows.map {
      Detection(
        box: Box(x1: $0[0], y1: $0[1], x2: $0[2], y2: $0[3]), classIndex: Int($0[4]),
        score: Float($0[5]))
    }
  }

  /// - Parameter tolerance: Of corners and scores; scores are 32-bit floats here.
  private func expect(_ found: [Detection], _ rows: Rows, tolerance: Double = 1e-6) {
    let expected = detections(rows)
    #expect(found.count == expected.count && !found.isEmpty)
    for (a, b) in zip(found, expected) {
      #expect(a.classIndex == b.classIndex)
      #expect(abs(Double(a.score - b.score)) <= tolerance)
      for corner in [\Box.x1, \Box.y1, \Box.x2, \Box.y2] {
        #expect(abs(a.box[keyPath: corner] - b.box[keyPath: corner]) <= tolerance)
      }
    }
  }

  @Test func thereAreCases() { #expect(Self.cases.count == 6) }

  @Test(arguments: cases.indices) func greedy(number: Int) {
    let (item, all) = (Self.cases[number], detections(Self.cases[number].lists.flatMap { $0 }))
    expect(
      NonMaximumSuppression.suppress(all, iouThreshold: item.threshold), item.hard, tolerance: 0)
    expect(
      NonMaximumSuppression.suppress(all, iouThreshold: item.threshold, byDistance: true),
      item.diou, tolerance: 0)
  }

  @Test(arguments: cases.indices) func soft(number: Int) {
    let item = Self.cases[number]
    let all = detections(item.lists.flatMap { $0 })
    expect(SoftNMS.suppress(all, minimumScore: item.lowest), item.soft)
    // The highest scores come first, so that a limit cuts the rest off.
    expect(
      SoftNMS.suppress(all, minimumScore: item.lowest, maximumDetections: 5),
      Array(item.soft.prefix(5)))
  }

  @Test(arguments: cases.indices) func fusion(number: Int) {
    let item = Self.cases[number]
    let lists = item.lists.map(detections)
    expect(
      WeightedBoxFusion.fuse(lists, iouThreshold: item.threshold, score: .mean), item.wbf_mean)
    expect(
      WeightedBoxFusion.fuse([lists[0]], iouThreshold: item.threshold, score: .highest),
      item.wbf_highest)
  }

  /// Each kind takes the lists as its definition says, over the functions that are tested above.
  @Test(arguments: NMSKind.allCases) func kinds(_ kind: NMSKind) {
    let item = Self.cases[1]
    let lists = item.lists.map(detections)
    let found = kind.reduce(
      lists, iouThreshold: item.threshold, minimumScore: 0.1, classAgnostic: false,
      maximumDetections: 12)
    switch kind {
    case .hard:
      expect(found, Array(item.hard.prefix(12)), tolerance: 0)
    case .diou:
      expect(found, Array(item.diou.prefix(12)), tolerance: 0)
    case .soft:
      expect(found, Array(item.soft.prefix(12)))
    case .blend:
      #expect(
        found.map(\.classIndex)
          == BlendedNMS.blend(lists.flatMap { $0 }, iouThreshold: item.threshold)
          .prefix(12).map(\.classIndex))
    case .wbf:
      let fused = lists.map {
        WeightedBoxFusion.fuse([$0], iouThreshold: item.threshold, score: .highest)
      }
      #expect(
        found
          == Array(
            WeightedBoxFusion.fuse(fused, iouThreshold: item.threshold, score: .mean)
              .filter { $0.score >= 0.1 }.prefix(12)))
    }
  }

  /// By hand: IoU 9 / 11 of boxes of 10 x 10 that are a pixel apart; (0.75 * 0 + 0.25 * 1) / 1 = 0.25.
  @Test func blending() {
    let boxes = [0.0, 1, 50].map { Box(x1: $0, y1: 0, x2: $0 + 10, y2: 10) }
    let detections = zip(boxes, [Float(0.75), 0.25, 0.5]).map {
      Detection(box: $0, classIndex: 0, score: $1)
    }
    let expected = [
      Detection(box: Box(x1: 0.25, y1: 0, x2: 10.25, y2: 10), classIndex: 0, score: 0.5),
      detections[2],
    ]
    #expect(BlendedNMS.blend(detections, iouThreshold: 0.5) == expected)
    #expect(BlendedNMS.blend(detections, iouThreshold: 0.9).count == 3)
  }

  /// By hand: the same box of two classes, scores 0.8 and 0.6.
  @Test func classes() {
    let box = Box(x1: 0, y1: 0, x2: 10, y2: 10)
    let pair = [
      Detection(box: box, classIndex: 0, score: 0.8),
      Detection(box: box, classIndex: 1, score: 0.6),
    ]
    for kind in NMSKind.allCases {
      func found(_ agnostic: Bool) -> [Detection] {
        kind.reduce(
          [pair], iouThreshold: 0.5, minimumScore: 0.25, classAgnostic: agnostic,
          maximumDetections: 10)
      }
      #expect(found(false) == pair)
      // Soft-NMS: 0.6 exp(-1 / 0.5) = 0.08 is below the threshold. Blending: the mean score.
      let score: Float = kind == .blend ? 0.7 : 0.8
      #expect(found(true).map(\.classIndex) == [0])
      #expect(abs((found(true).first?.score ?? 0) - score) < 1e-6)
    }
  }

  /// By hand: squares of 10 whose centers are 4 apart share 60 of 140; the smallest box around both is 14
  /// by 10: DIoU = 3/7 - 16/296.
  @Test func distanceIoU() {
    let a = Box(x1: 0, y1: 0, x2: 10, y2: 10)
    let b = Box(x1: 4, y1: 0, x2: 14, y2: 10)
    #expect(abs(a.diou(b) - (3.0 / 7 - 16.0 / 296)) < 1e-15)
    #expect(a.diou(a) == 1)
    let point = Box(x1: 3, y1: 3, x2: 3, y2: 3)
    #expect(point.diou(point) == 0)
    // Inside the square: 20 of its own 20.
    let inner = Box(x1: 2, y1: 2, x2: 4, y2: 12)
    #expect(a.overlapOfSmaller(inner) == 0.8 && inner.overlapOfSmaller(a) == 0.8)
    #expect(a.overlapOfSmaller(point) == 0)
  }
}
