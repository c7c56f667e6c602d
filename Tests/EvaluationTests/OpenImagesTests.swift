import Basics
import Foundation
import Imaging
import Testing

@testable import Evaluation

/// The AP of Open Images against plain numpy (make_openimages.py beside its output in Golden).
@Suite struct OpenImagesTests {
  private struct Case: Decodable {
    var groundTruth: GroundTruthFile
    var found: [ResultBox]
  }

  private struct Expected: Decodable {
    var classes: [Double]
    /// With the last class as the parent of the first.
    var expanded: [Double]
  }

  private static func read<T: Decodable>(_ type: [T].Type, _ name: String) throws -> [T] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try JSONDecoder().decode(
      type, from: Data(contentsOf: folder.appendingPathComponent("Golden/\(name)")))
  }

  @Test func apIsTheChallenges() throws {
    let cases = try Self.read([Case].self, "cases.json")
    let expected = try Self.read([Expected].self, "openimages.json")
    #expect(cases.count == 20 && expected.count == 20)
    for (item, expected) in zip(cases, expected) {
      var input = item.groundTruth.input(with: item.found)
      let plain = OpenImagesMetric(try EvaluationTable(input))
      #expect(plain.classes.count == expected.classes.count)
      for (entry, value) in zip(plain.classes, expected.classes) {
        #expect(abs(entry.ap - value) < 1e-12)
      }
      let names = input.classNames
      guard names.count > 1 else { continue }
      let hierarchy = ClassHierarchy(
        parents: [(names[0], "between"), ("between", names[names.count - 1])], classNames: names)
      hierarchy.expand(&input)
      let wide = OpenImagesMetric(try EvaluationTable(input))
      for (entry, value) in zip(wide.classes, expected.expanded) {
        #expect(abs(entry.ap - value) < 1e-12)
      }
    }
  }

  /// Two cats in one group-of box are one true positive, with the higher score; a third, outside, is
  /// false. The other group-of box is missed.
  @Test func aGroupIsOneTruePositive() throws {
    var input = EvaluationInput(imageNames: ["a"], classNames: ["cat"])
    for x in [0.0, 500] {
      input.groundTruths.append(
        image: 0, classIndex: 0, box: SizedBox(x: x, y: 0, width: 100, height: 100), traits: .crowd)
    }
    for (x, score) in [(0.0, 0.5), (50, 0.9), (300, 0.7)] {
      input.detections.append(
        image: 0, classIndex: 0, box: SizedBox(x: x, y: 0, width: 20, height: 20), score: score)
    }
    let metric = OpenImagesMetric(try EvaluationTable(input))
    // Recall 1/2 at precision 1.
    #expect(metric.classes[0].groundTruthCount == 2 && metric.meanAP == 0.5)
  }

  @Test func absenceGoesDown() throws {
    var input = EvaluationInput(imageNames: ["a"], classNames: ["cat", "animal", "car"])
    input.federation = FederatedLabels(absent: [[1]], notExhaustive: [[]])
    let hierarchy = ClassHierarchy(parents: [("cat", "animal")], classNames: input.classNames)
    hierarchy.expand(&input)
    #expect(input.federation?.absent == [[0, 1]])
  }
}
