import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Classes that predictions and ground truth name differently: the messages, `--map`, and the metrics
/// of classes in weights files.
@Suite struct ClassNamesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An image with a television and a cat.
  private func truth() throws -> String {
    try folder.write(
      "truth.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
       "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "tv"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [40, 40, 20, 20], "area": 400, "iscrowd": 0}
      ]}
      """)
  }

  /// Both objects, found by weights with the class names of Pascal VOC; two boxes of the television.
  private func found() throws -> String {
    func box(_ numbers: String, _ name: String, _ score: Double) -> String {
      "{\"box\": [\(numbers)], \"class\": \"\(name)\", \"score\": \(score)}"
    }
    let boxes = [
      box("10, 10, 30, 30", "cat", 0.9), box("40, 40, 60, 60", "tvmonitor", 0.8),
      box("70, 0, 90, 20", "tvmonitor", 0.3),
    ]
    return try folder.write(
      "found.jsonl",
      "{\"path\": \"a.jpg\", \"width\": 100, \"height\": 80, \"boxes\": ["
        + boxes.joined(separator: ", ") + "]}\n")
  }

  @Test func anUnknownClassHasOneLineAndASuggestion() throws {
    let result = try BuiltProgram.run([
      "evaluate", "--annotations", truth(), "--detections", found(),
    ])
    #expect(result.exitCode == 4)
    let lines = result.diagnostics.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("unknown class: the class \"tvmonitor\" is not in ") } == 1)
    #expect(result.diagnostics.contains("(2 times, first at \(folder.path)/found.jsonl:1)"))
    #expect(result.diagnostics.contains("--map 'tvmonitor=tv'"))
  }

  /// Both objects are found, and the wrong television has the lowest score: AP is 1 for both classes.
  @Test func mappedClassesAreScored() throws {
    struct Score: Decodable { let metrics: [String: Double?] }
    let result = try BuiltProgram.run([
      "evaluate", "--annotations", truth(), "--detections", found(), "--map", "tvmonitor=tv",
      "--json",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    let ap = try #require(score.metrics["AP"] ?? nil)
    #expect(abs(ap - 1) < 1e-9)
  }

  @Test(arguments: [
    ("tvmonitor=tvs", 2, "has no class 'tvs'; did you mean tv?"),
    ("tvmonitor", 2, "--map takes two class names, as in tvmonitor=tv, not 'tvmonitor'"),
  ])
  func aWrongMapIsRefused(map: String, code: Int32, sentence: String) throws {
    let result = try BuiltProgram.run([
      "evaluate", "--annotations", truth(), "--detections", found(), "--map", map,
    ])
    #expect(result.exitCode == code && result.diagnostics.contains(sentence))
  }

  @Test func weightsWithoutACommonClassAreNamed() throws {
    try Fixtures.writeVOC(in: folder)
    let model = Model(.compact, classNames: ["fish", "shark"], imageSize: 64, seed: 1)
    let weights = folder.path + "/fish.safetensors"
    try model.write(to: weights)
    let result = try BuiltProgram.run(["evaluate", "--data", folder.path, "-w", weights])
    #expect(result.exitCode == 4)
    #expect(
      result.diagnostics.contains(
        "no class in common: the dataset has cat, dog, person, and none of the 2 classes of the "
          + "weights: fish, shark."))
    let mapped = try BuiltProgram.run([
      "evaluate", "--data", folder.path, "-w", weights, "--map", "fish=cat",
    ])
    #expect(mapped.exitCode == 0, "\(mapped.diagnostics)")
    #expect(
      mapped.diagnostics.contains("that are not among the 2 classes of the weights are ignored"))
    let twice = try BuiltProgram.run([
      "evaluate", "--data", folder.path, "-w", weights, "--map", "fish=cat,shark=cat",
    ])
    #expect(twice.exitCode == 2 && twice.diagnostics.contains("two classes of the weights"))
  }

  /// The metrics of `evaluate --json` go into a weights file, and `info` lists them.
  @Test func metricsOfClassesAreKeptInWeights() throws {
    try Fixtures.writeVOC(in: folder)
    let weights = try Fixtures.writeWeights(in: folder)
    let result = try BuiltProgram.runShell(
      "\"$GLIMPSE\" evaluate --data . -w '\(weights)' --json > e.json 2>/dev/null && "
        + "\"$GLIMPSE\" export -w '\(weights)' --format safetensors --note 'of a test' "
        + "--metrics e.json -o n.safetensors && \"$GLIMPSE\" info -w n.safetensors", in: folder.path
    )
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("note        of a test\n"))
    // Of the 4 images of val, with one object each, by writeVOC.
    #expect(result.output.contains("split val, 4 images: AP "))
    #expect(result.output.contains("class") && result.output.contains("ground truth"))
    let other = try BuiltProgram.run([
      "export", "-w", weights, "--format", "safetensors", "--metrics", truth(), "-o",
      folder.path + "/o.safetensors",
    ])
    #expect(other.exitCode == 1 && other.diagnostics.contains("has no metrics of classes"))
  }
}
