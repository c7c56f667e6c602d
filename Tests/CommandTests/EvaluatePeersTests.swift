import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Options of `evaluate` against the settings of torchmetrics 1.9.0, pycocotools 2.0.11 and
/// supervision 0.31.2 that mean the same (make_peers.py beside its output in Golden).
@Suite struct EvaluatePeersTests {
  struct Run: Decodable, CustomTestStringConvertible {
    let peer: String
    /// The index of a dataset, or a dataset of lvis.json.
    let data: Data
    let words: [String]
    let results: [Result]?
    let arrays: [String: Array]?
    /// For each row of the results, the row of the matched annotation at each threshold, or -1.
    let matches: [[Int]]?
    let confusion: [[Int]]?
    let counts: [String: Rates]?

    struct Result: Decodable {
      let numbers: [String: Double]
      /// AP of each class; nil where the peer has none.
      let classes: [Double]?
    }

    enum Data: Decodable {
      case own(Int)
      case lvis(Int)

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) {
          self = .own(number)
        } else {
          self = .lvis(Int(try value.decode(String.self).suffix(1)) ?? 0)
        }
      }
    }

    var testDescription: String { "\(peer), \(data): \(words.joined(separator: " "))" }
    /// torchmetrics rounds to 32 bits.
    var tolerance: Double { peer == "torchmetrics" ? 1e-7 : 1e-12 }
  }

  struct Array: Decodable {
    let shape: [Int]
    let values: [Double]
  }

  struct Rates: Decodable {
    let precision: Double
    let recall: Double
    let F1: Double
  }

  private struct Report: Decodable {
    struct Class: Decodable { let AP: Double? }
    struct Counts: Decodable {
      let micro: Rates
      let macro: Rates
    }
    let metrics: [String: Double?]
    let classes: [Class]
    let counts: Counts?
  }

  private struct Reports: Decodable { let runs: [Report] }
  private struct Golden: Decodable { let runs: [Run] }

  private static func golden(_ name: String) -> Data {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name).json")
    return (try? Data(contentsOf: path)) ?? Data()
  }

  private static let runs =
    (try? JSONDecoder().decode(Golden.self, from: golden("peers")))?.runs ?? []

  @Test func everySettingHasTwoCases() {
    let counts = Dictionary(grouping: Self.runs) { "\($0.peer) \($0.words)" }.mapValues(\.count)
    #expect(Self.runs.count == 30 && counts.count == 15)
    #expect(counts.values.allSatisfy { $0 == 2 })
  }

  /// Runs the program on a run's dataset with its words and further ones.
  private func evaluate(
    _ run: Run, _ folder: TemporaryFolder, _ words: [String]
  ) throws -> BuiltProgram.Result {
    let item: [String: Any]?
    switch run.data {
    case .own(let number):
      let all = try JSONSerialization.jsonObject(with: Self.golden("peers")) as? [String: Any]
      item = (all?["data"] as? [[String: Any]])?[number]
    case .lvis(let number):
      item =
        (try JSONSerialization.jsonObject(with: Self.golden("lvis")) as? [[String: Any]])?[number]
    }
    func write(_ key: String) throws -> String {
      let data = try JSONSerialization.data(withJSONObject: try #require(item?[key]))
      return try folder.write("\(key).json", String(decoding: data, as: UTF8.self))
    }
    let result = try BuiltProgram.run(
      ["evaluate", "--annotations", write("groundTruth"), "--detections", write("found")]
        + run.words + words)
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return result
  }

  @Test(arguments: runs.filter { $0.results != nil })
  func numbersAreThePeers(run: Run) throws {
    let output = Data(try evaluate(run, TemporaryFolder(), ["--json"]).output.utf8)
    let expected = try #require(run.results)
    let reports =
      expected.count == 1
      ? [try JSONDecoder().decode(Report.self, from: output)]
      : try JSONDecoder().decode(Reports.self, from: output).runs
    #expect(reports.count == expected.count)
    for (report, expected) in zip(reports, expected) {
      for (name, value) in expected.numbers {
        let found = try #require(report.metrics[name], "\(name) is missing") ?? -1
        #expect(abs(found - value) < run.tolerance, "\(name): \(found), not \(value)")
      }
      guard let classes = expected.classes else { continue }
      #expect(report.classes.count == classes.count)
      for (entry, value) in zip(report.classes, classes) {
        #expect(abs((entry.AP ?? -1) - value) < run.tolerance)
      }
    }
  }

  @Test(arguments: runs.filter { $0.arrays != nil })
  func extendedResultsAreThePeers(run: Run) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/extended.json"
    _ = try evaluate(run, folder, ["--extended", path])
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    func array(_ name: String) throws -> Array {
      let item = try #require(object[name] as? [String: Any])
      return Array(
        shape: try #require(item["shape"] as? [Int]),
        values: try #require(item["values"] as? [Double]))
    }
    for name in ["precision", "recall", "scores"] {
      let (found, expected) = (try array(name), try #require(run.arrays?[name]))
      #expect(found.shape == expected.shape)
      #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) < 1e-12 }, "\(name)")
    }
    // Both sides by their rows in the input.
    let matches = try array("detection_match")
    let (rows, objects) = (try array("detection_row").values, try array("ground_truth_row").values)
    let expected = try #require(run.matches)
    #expect(matches.shape == [expected.count, 2] && rows.count == expected.count)
    for (place, row) in rows.enumerated() {
      let found = matches.values[place * 2..<place * 2 + 2].map {
        $0 < 0 ? -1 : Int(objects[Int($0)])
      }
      #expect(found == expected[Int(row)])
    }
    #expect(expected.contains { $0[0] >= 0 && $0[1] < 0 })
  }

  @Test(arguments: runs.filter { $0.counts != nil })
  func countsAndConfusionAreThePeers(run: Run) throws {
    let folder = try TemporaryFolder()
    let output = try evaluate(
      run, folder, ["--also", "counts,confusion", "--json", "--csv", folder.path + "/all.csv"]
    ).output
    let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
    for (name, found) in [("micro", report.counts?.micro), ("macro", report.counts?.macro)] {
      let (found, expected) = (try #require(found), try #require(run.counts?[name]))
      #expect(abs(found.precision - expected.precision) < 1e-12)
      #expect(abs(found.recall - expected.recall) < 1e-12)
      #expect(abs(found.F1 - expected.F1) < 1e-12)
    }
    let csv = try String(contentsOfFile: folder.path + "/confusion_matrix.csv", encoding: .utf8)
    let rows = csv.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",").dropFirst().compactMap { Int($0) }
    }
    #expect(rows == run.confusion)
  }
}
