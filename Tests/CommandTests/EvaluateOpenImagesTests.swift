import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Tables of Open Images, against the protocol of its challenge (make_openimages_tables.py beside its
/// output in Golden).
@Suite struct EvaluateOpenImagesTests {
  private struct Report: Decodable {
    struct Metric: Decodable {
      struct Class: Decodable {
        let name: String
        let AP: Double?
      }
      let mAP: Double?
      let classes: [Class]
    }
    let openimages: Metric
  }

  private let folder: TemporaryFolder
  private static let labels = ["/m/animal", "/m/car", "/m/cat", "/m/dog"]

  init() throws { folder = try TemporaryFolder() }

  private static func cases() -> [[String: Any]] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/openimages_tables.json")
    let data = (try? Data(contentsOf: path)) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [[String: Any]] ?? []
  }

  /// Writes the tables of a case; returns the words of the command line.
  private func words(_ item: [String: Any]) throws -> [String] {
    func table(_ key: String) throws -> String {
      try folder.write("\(key).csv", try #require(item[key] as? String))
    }
    _ = try table("labels")
    let hierarchy = try JSONSerialization.data(withJSONObject: try #require(item["hierarchy"]))
    try folder.write("hierarchy.json", String(decoding: hierarchy, as: UTF8.self))
    return try ["evaluate", "--annotations", table("boxes"), "--detections", table("found")]
  }

  @Test(arguments: 0..<2, ["plain", "verified", "expanded"])
  func numbersAreTheChallenges(number: Int, kind: String) throws {
    let item = Self.cases()[number]
    let options = [
      "plain": ["--allow-mismatches"],
      "verified": ["--allow-mismatches", "--image-labels", folder.path + "/labels.csv"],
      "expanded": [
        "--image-labels", folder.path + "/labels.csv", "--hierarchy",
        folder.path + "/hierarchy.json",
      ],
    ]
    let result = try BuiltProgram.run(
      words(item) + ["--also", "openimages", "--json"] + (options[kind] ?? []))
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("states no image sizes"))
    #expect(result.diagnostics.contains("Open Images' labels per image") == (kind != "plain"))
    let found = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).openimages
    let expected = zip(Self.labels, try #require(item[kind] as? [Double])).filter { $0.1 >= 0 }
    #expect(found.classes.filter { $0.AP != nil }.map(\.name) == expected.map(\.0))
    for (entry, value) in zip(found.classes.filter { $0.AP != nil }, expected) {
      #expect(abs((entry.AP ?? -1) - value.1) < 1e-12, "\(entry.name)")
    }
    let mean = expected.reduce(0) { $0 + $1.1 } / Double(expected.count)
    #expect(abs((found.mAP ?? -1) - mean) < 1e-12)
  }

  /// Names for readers, by which the hierarchy and the tables still find their labels.
  @Test func descriptionsNameTheClasses() throws {
    let words = try words(Self.cases()[0])
    try folder.write(
      "class-descriptions-boxable.csv",
      "/m/animal,Animal\n/m/cat,Cat\n/m/dog,\"Dog, tame\"\n/m/other,Other\n")
    let result = try BuiltProgram.run(
      words + [
        "--hierarchy", folder.path + "/hierarchy.json", "--also", "openimages", "--json",
      ])
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    let found = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).openimages
    #expect(found.classes.map(\.name) == ["Animal", "/m/car", "Cat", "Dog, tame"])
    #expect(found.classes[0].AP != nil)
  }

  @Test func whatDoesNotFitIsSaid() throws {
    let words = try words(Self.cases()[0])
    func refused(_ words: [String], _ code: Int32, _ part: String) throws {
      let result = try BuiltProgram.run(words)
      #expect(
        result.exitCode == code && result.diagnostics.contains(part), "\(result.diagnostics)")
    }
    // Classes of the hierarchy that the tables do not have.
    try refused(words, 4, "/m/animal")
    let (boxes, found) = (words[2], words[4])
    let results = try folder.write("found.json", "[]")
    try refused(
      ["evaluate", "--annotations", boxes, "--detections", results], 4,
      "the detections are expected in a table, too")
    let columns = try folder.write("columns.csv", "ImageID,LabelName,Score\n")
    try refused(
      ["evaluate", "--annotations", boxes, "--detections", columns], 4, "no column 'XMin'")
    let short = try folder.write(
      "short.csv", "ImageID,LabelName,XMin,XMax,YMin,YMax\na,/m/cat,0,1,0\n")
    try refused(
      ["evaluate", "--annotations", short, "--detections", found], 4, "short.csv:2: the row has 5")
    let text = try folder.write(
      "text.csv", "ImageID,LabelName,XMin,XMax,YMin,YMax\na,/m/cat,0,1,0,nan\n")
    try refused(
      ["evaluate", "--annotations", text, "--detections", found], 4, "text.csv:2: a number is")
    try refused(words + ["--inclusive-pixels"], 2, "are fractions")
    try refused(words + ["--split", "val"], 2, "one annotation file")
    try refused(
      ["evaluate", "--annotations", results, "--detections", found, "--image-labels", boxes], 2,
      "a table that ends in .csv")
    try refused(
      words + ["--image-labels", folder.path + "/labels.csv", "--class-agnostic"], 2,
      "Open Images' rules")
  }
}
