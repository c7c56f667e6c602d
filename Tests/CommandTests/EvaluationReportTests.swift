import Foundation
import Glimpse
import TestSupport
import Testing

@testable import GlimpseCommand

/// `evaluate --report`, `--errors`, `--bootstrap` and `--iou-type` of the built program.
@Suite struct EvaluationReportTests {
  private static let nasty = "<script>alert('a & b')</script>"
  private static let real = Fixtures.shared.appendingPathComponent("coco-fixtures/val2014_100").path

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func evaluate(_ words: [String]) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["evaluate"] + words)
  }

  /// Twelve images with an object each: some found, some missed, some named wrongly, and one false.
  ///
  /// - Parameter skill: How many of the twelve are found rightly.
  private func write(skill: Int = 6) throws -> (groundTruth: String, found: String) {
    var (images, groundTruths, found): ([String], [String], [String]) = ([], [], [])
    for number in 1...12 {
      let name = number == 2 ? "p & <b>.png" : "p\(number).png"
      try Fixtures.writeImage(
        to: "\(folder.path)/\(name)", box: Box(x1: 10, y1: 10, x2: 50, y2: 40),
        seed: UInt64(number))
      images.append(
        "{\"id\": \(number), \"file_name\": \"\(name)\", \"width\": 80, \"height\": 60}")
      groundTruths.append(
        """
        {"id": \(number), "image_id": \(number), "category_id": \(number % 2 + 1),
         "bbox": [10, 10, 40, 30], "area": 1200, "iscrowd": 0}
        """)
      guard number <= 10 else { continue }
      let classId = number <= skill ? number % 2 + 1 : (number + 1) % 2 + 1
      found.append(
        """
        {"image_id": \(number), "category_id": \(classId), "bbox": [11, 10, 40, 30],
         "score": \(0.3 + Double(number) / 20)}
        """)
    }
    found.append(
      "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 50, 9, 9], \"score\": 0.8}")
    return (
      try folder.write(
        "truth.json",
        """
        {"images": [\(images.joined(separator: ","))],
         "categories": [{"id": 1, "name": "\(Self.nasty)"}, {"id": 2, "name": "cat"}],
         "annotations": [\(groundTruths.joined(separator: ","))]}
        """),
      try folder.write("found\(skill).json", "[\(found.joined(separator: ","))]")
    )
  }

  /// Reads a page and checks what holds for every page.
  private func page(_ path: String) throws -> PageReader {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.utf8.count < 3_000_000)
    let page = PageReader(text)
    #expect(page.issue == nil)
    // Nothing from outside: one script, no address but the name of SVG, and images as data.
    #expect(page.all("script").count == 1 && page.all("link").isEmpty)
    #expect(!text.replacing("http://www.w3.org/2000/svg", with: "").contains("://"))
    for image in page.all("image") + page.all("img") {
      #expect(image.attributes["href"]?.hasPrefix("data:image/jpeg;base64,/9j/") == true)
    }
    #expect(page.all("html").first?.attributes["lang"] == "en")
    #expect(page.all("title").first?.text.isEmpty == false)
    return page
  }

  @Test func aReportShowsTheRun() throws {
    let files = try write()
    let path = folder.path + "/report.html"
    let result = try evaluate([
      "--truth", files.groundTruth, "--detections", files.found, "--report", path, "--bootstrap",
      "50",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let page = try page(path)
    // A class's name stays text, in cells, tooltips and titles.
    #expect(page.all("td").contains { $0.text == Self.nasty })
    #expect(page.all("td").contains { $0.attributes["data-value"] == Self.nasty })
    // Wrong or missed are the images 1 (the false one) and 7 to 12.
    #expect(page.all("image").count == 7)
    #expect(page.all("rect").filter { $0.attributes["class"] == "box missed dashed" }.count == 6)
    #expect(page.all("rect").filter { $0.attributes["class"] == "box wrong" }.count == 4)
    #expect(page.all("rect").filter { $0.attributes["class"] == "box false" }.count == 1)
    let headings = page.all("h2").map(\.text)
    #expect(
      headings == [
        "Main error sources", "Error analysis (TIDE)", "Precision-recall curves",
        "Best confidence threshold", "Classes", "Confusion matrix", "Object size", "Calibration",
        "Worst images",
      ])
    // Of 6 odd images 3 are found, 2 are taken for the class with the strange name.
    #expect(page.all("title").contains { $0.text == "cat → \(Self.nasty): 2 of 6" })
    #expect(page.all("table").contains { $0.attributes["class"] == "sortable" })
    // The page and the two inputs, nothing half written.
    let others = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      !$0.hasSuffix(".png")
    }
    #expect(others.sorted() == ["found6.json", "report.html", "truth.json"])
  }

  @Test func aReportIsReplacedWhole() throws {
    let files = try write()
    let path = try folder.write("report.html", "old")
    let words = ["--truth", files.groundTruth, "--detections", files.found, "--report", path]
    #expect(try evaluate(words).exitCode == 0)
    let first = try String(contentsOfFile: path, encoding: .utf8)
    #expect(first.hasPrefix("<!DOCTYPE html>\n<html") && first.hasSuffix("</html>\n"))
    #expect(try evaluate(words + ["--threads", "1"]).exitCode == 0)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == first, "the same input, twice")
  }

  @Test func imagesThatAreNotThereAreNoFailure() throws {
    let files = try write()
    let path = folder.path + "/report.html"
    let words = [
      "--truth", files.groundTruth, "--detections", files.found, "--report", path, "--images",
      folder.path + "/other",
    ]
    // A folder that was named must be there.
    #expect(try evaluate(words).exitCode == 1)
    try folder.write("other/note.txt", "")
    #expect(try evaluate(words).exitCode == 0)
    let page = try page(path)
    #expect(page.all("image").isEmpty && !page.all("h2").map(\.text).contains("Worst images"))
  }

  @Test func imagesBesideTheFileOfAFolderAreShown() throws {
    let files = try write()
    let groundTruth = try String(contentsOfFile: files.groundTruth, encoding: .utf8)
    try folder.write("annotations/instances_val.json", groundTruth)
    let path = folder.path + "/report.html"
    let result = try evaluate([
      "--truth", folder.path, "--detections", files.found, "--report", path,
    ])
    #expect(result.exitCode == 0)
    #expect(!(try page(path)).all("image").isEmpty)
  }

  /// The images are there, but what a file says is no reason to read outside of its folder.
  @Test func imagesOutsideAreNotShown() throws {
    let files = try write()
    let groundTruth = try String(contentsOfFile: files.groundTruth, encoding: .utf8)
    for prefix in ["../", folder.path + "/"] {
      let inner = try folder.write(
        "inner/ground truth.json",
        groundTruth.replacing("\"file_name\": \"", with: "\"file_name\": \"\(prefix)")
      )
      let path = folder.path + "/report.html"
      let result = try evaluate([
        "--truth", inner, "--detections", files.found, "--report", path,
      ])
      #expect(result.exitCode == 0)
      #expect(try page(path).all("image").isEmpty)
    }
  }

  @Test func twoResultsAreCompared() throws {
    let (groundTruth, worse) = try write(skill: 3)
    let better = try write(skill: 9).found
    let path = folder.path + "/compared.html"
    let words = [
      "--truth", groundTruth, "--detections", "\(worse),\(better)", "--bootstrap", "200",
    ]
    let result = try evaluate(words + ["--report", path])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ") }
    let row = lines.first { $0.starts(with: ["(2)", "-", "(1)", "AP50-95"]) }
    #expect(row?.dropFirst(4).count == 4 && row?[4].hasPrefix("0.") == true)
    let page = try page(path)
    #expect(page.all("b").contains { $0.text.contains("is better: AP50-95 +0.") })

    struct Scores: Decodable {
      struct Run: Decodable {
        struct Number: Decodable {
          let difference: Double
          let interval: [Double]
          let p: Double
        }
        let metrics: [String: Double?]
        let against_first: [String: Number]?
      }
      let runs: [Run]
    }
    let json = try evaluate(words + ["--json"])
    let runs = try JSONDecoder().decode(Scores.self, from: Data(json.output.utf8)).runs
    #expect(runs.count == 2 && runs[0].against_first == nil)
    let gain = try #require(runs[1].against_first?["AP"])
    let numbers = runs.map { ($0.metrics["AP"] ?? nil) ?? -1 }
    #expect(gain.difference == numbers[1] - numbers[0])
    #expect(gain.interval[0] > 0 && gain.interval[0] < gain.difference)
    #expect(gain.difference < gain.interval[1] && gain.p < 0.05)
  }

  @Test func nothingToMeasureHasAPage() throws {
    let groundTruth = try folder.write(
      "truth.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 80, "height": 60}],
       "categories": [{"id": 1, "name": "cat"}], "annotations": []}
      """)
    let found = try folder.write("found.json", "[]")
    let path = folder.path + "/report.html"
    let result = try evaluate([
      "--truth", groundTruth, "--detections", found, "--report", path, "--errors", "--bootstrap",
      "10",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let page = try page(path)
    #expect(page.all("dd").first?.text == "–")
    let compared = try evaluate([
      "--truth", groundTruth, "--detections", "\(found),\(found)", "--report", path, "--bootstrap",
      "10",
    ])
    #expect(compared.exitCode == 0, "\(compared.diagnostics)")
    _ = try self.page(path)
  }

  @Test func errorsAndIntervalsArePrinted() throws {
    let files = try write()
    let words = ["--truth", files.groundTruth, "--detections", files.found]
    let plain = try evaluate(words).output
    #expect(!plain.contains("classification") && !plain.contains("low"))
    let text = try evaluate(words + ["--errors", "--bootstrap", "50"]).output
    #expect(text.hasPrefix(plain))
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    // Images 7 to 10 are named wrongly, 11 and 12 are missed, one detection is on nothing.
    #expect(lines.contains { $0.starts(with: ["classification", "4"]) })
    #expect(lines.contains { $0.starts(with: ["missed", "2"]) })
    #expect(lines.contains { $0.starts(with: ["background", "1"]) })
    #expect(lines.contains { $0.first == "all" && $0.count == 7 })

    struct Score: Decodable {
      struct Error: Decodable {
        let count: Int?
        let cost: Double
      }
      struct Intervals: Decodable {
        struct All: Decodable {
          let AP: [Double]
        }
        let resamples: Int
        let all: All
      }
      let metrics: [String: Double?]
      let error_breakdown: [String: Error]
      let intervals: Intervals
    }
    let json = try evaluate(words + ["--errors", "--bootstrap", "50", "--json"])
    let score = try JSONDecoder().decode(Score.self, from: Data(json.output.utf8))
    #expect(score.error_breakdown["classification"]?.count == 4)
    #expect((score.error_breakdown["missed"]?.cost ?? 0) > 0)
    #expect(score.error_breakdown["false_positives"]?.count == nil)
    let ap = (score.metrics["AP"] ?? nil) ?? -1
    #expect(score.intervals.resamples == 50)
    #expect(score.intervals.all.AP[0] < ap && ap < score.intervals.all.AP[1])
  }

  @Test func weightsAreReportedToo() throws {
    let weights = folder.path + "/w.safetensors"
    try Fixtures.writeWeights(to: weights)
    try Fixtures.writeVOC(in: folder)
    let path = folder.path + "/r.html"
    let result = try evaluate([
      "--weights", weights, "--data", folder.path, "--report", path, "--errors", "--conf", "0.005",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("localization"))
    let page = try page(path)
    #expect(page.all("h1").first?.text == "w.safetensors")
    #expect(!page.all("image").isEmpty)
  }

  /// expected.json was made with pycocotools 2.0.11 by the script beside it.
  @Test(.enabled(if: Fixtures.hasShared("coco-fixtures"), "the COCO fixtures are not there"))
  func masksHaveCOCOsNumbers() throws {
    struct Expected: Decodable {
      struct Numbers: Decodable { let stats: [String: Double] }
      let segm: Numbers
    }
    struct Score: Decodable { let metrics: [String: Double] }
    let file = Fixtures.shared.appendingPathComponent("coco-fixtures/expected.json")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file)).segm.stats
    let result = try evaluate([
      "--truth", Self.real + "/instances_val2014_100.json", "--detections",
      Self.real + "/instances_val2014_fakesegm100_results.json", "--iou-type", "segm", "--json",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(score.metrics == expected)
  }

  @Test func whatCannotBeDoneIsRefusedAtOnce() throws {
    let files = try write()
    let words = ["--truth", files.groundTruth, "--detections", files.found]
    let three = [
      "--truth", files.groundTruth, "--detections",
      Array(repeating: files.found, count: 3).joined(separator: ","),
    ]
    let html = folder.path + "/r.html"
    for (words, code, part) in [
      (words + ["--report", files.groundTruth], 2, "a file that ends in .html"),
      (words + ["--report", folder.path + "/no/r.html"], 1, "is not a writable folder"),
      (three + ["--report", html], 2, "one result or two to compare, not 3"),
      (words + ["--bootstrap", "0"], 2, "--bootstrap takes"),
      (words + ["--iou-type", "mask"], 2, "bbox, segm or boundary"),
      (["--data", folder.path, "--iou-type", "segm"], 2, "--iou-type segm needs --annotations"),
    ] {
      let result = try evaluate(words)
      #expect(result.exitCode == code, "\(words)")
      #expect(result.diagnostics.contains(part), "\(result.diagnostics)")
      #expect(result.output.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: html))
  }
}
