import Foundation
import Imaging
import Testing

@testable import Training

/// Agreement with PyTorch's autograd: Golden/objective.json, made by Golden/make_objective.py.
@Suite struct ObjectiveGoldenTests {
  struct Golden: Decodable {
    struct BoxPair: Decodable {
      var predicted, groundTruth: [Double]
      /// The loss, then its slope by the four corners.
      var iou, giou, ciou: [Double]
    }
    struct GroundTruth: Decodable {
      var box: [Double]
      var `class`: Int
      var crowd: Bool
    }
    struct GoldenMatch: Decodable {
      var anchorPoint, groundTruth: Int
      var target, weight: Double
    }
    struct Case: Decodable {
      var assigner, boxLoss: String
      var box, `class`: Double
      var matches: [[GoldenMatch]]
      var gradient: [Double]
    }
    var width, height, classes: Int
    var strides: [Int]
    var boxes: [BoxPair]
    var images: [[GroundTruth]]
    var outputs: [Float]
    var cases: [Case]
  }

  let golden: Golden

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/objective.json")
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  @Test func boxLosses() {
    for pair in golden.boxes {
      for (loss, expected) in [
        (BoxLoss.iou, pair.iou), (.giou, pair.giou), (.ciou, pair.ciou),
      ] {
        let result = loss.evaluate(
          predicted: Box(pair.predicted), groundTruth: Box(pair.groundTruth))
        #expect(abs(result.value - expected[0]) < 1e-7 * max(1, expected[0]))
        for corner in 0..<4 {
          let wanted = expected[corner + 1]
          #expect(
            abs(result.gradient[corner] - wanted) < 1e-7 * abs(wanted) + 1e-12,
            "\(loss) of \(pair.predicted) and \(pair.groundTruth), corner \(corner)")
        }
      }
    }
  }

  @Test func assignmentLossesAndGradients() throws {
    let groundTruths = golden.images.map { image in
      image.map { Annotation(box: Box($0.box), classIndex: $0.class, isCrowd: $0.crowd) }
    }
    for example in golden.cases {
      let objective = DetectionLoss(
        classCount: golden.classes, strides: golden.strides,
        assigner: try #require(Assigner(rawValue: example.assigner)),
        boxLoss: try #require(BoxLoss(rawValue: example.boxLoss)))
      let head = HeadOutputs(
        objective, images: groundTruths.count, width: golden.width, height: golden.height)
      var next = 0
      for image in groundTruths.indices {
        head.forEachCell(of: image) { values, _ in
          for channel in 0..<4 + golden.classes {
            values[channel] = golden.outputs[next]
            next += 1
          }
        }
      }
      #expect(next == golden.outputs.count)

      // The script counts the cells through all levels, and the ground-truth objects without the crowds.
      let firsts = head.outputs.reduce(into: [0]) { sums, view in
        sums.append((sums.last ?? 0) + view.shape.h * view.shape.w)
      }
      for (image, matches) in head.matches(groundTruths).enumerated() {
        let expected = example.matches[image]
        let targets = groundTruths[image].indices.filter { !groundTruths[image][$0].isCrowd }
        #expect(
          matches.map { firsts[$0.anchorPoint.level] + $0.anchorPoint.index }
            == expected.map(\.anchorPoint))
        #expect(matches.map(\.groundTruth) == expected.map { targets[$0.groundTruth] })
        for (match, wanted) in zip(matches, expected) {
          #expect(abs(match.target - wanted.target) < 1e-6)
          #expect(abs(match.weight - wanted.weight) < 1e-6)
        }
      }

      let value = head.evaluate(groundTruths)
      #expect(difference(value["box", default: .nan], example.box) < 1e-6)
      #expect(difference(value["cls", default: .nan], example.class) < 1e-6)
      let gradient = head.gradientValues()
      #expect(gradient.count == example.gradient.count)
      for (found, wanted) in zip(gradient, example.gradient) {
        #expect(abs(Double(found) - wanted) <= 1e-5 * abs(wanted) + 1e-9)
      }
    }
  }
}
