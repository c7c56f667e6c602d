import Foundation
import Glimpse
import Testing

/// The examples of the README and of the article Reports, compiled and run as they are written.
@Suite struct LibraryExampleTests {
  private static let file = URL(fileURLWithPath: #filePath)
  private static let root =
    file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The tests' working directory is the package's, and so is the reader's of the README.
  private func example(_ print: (String, Float, Box) -> Void) throws {
    // README begins
    let detector = try Detector(DefaultWeights.load())
    let image = try ImageFile.read("Samples/cat.jpg")
    for found in try detector.detect(image.image) {
      print(detector.description.classNames[found.classIndex], found.score, found.box)
    }
    // README ends
  }

  @Test func findsTheCat() throws {
    var found: [String: Float] = [:]
    try example { name, score, box in
      found[name] = max(found[name] ?? 0, score)
      // The photograph is 451 x 300.
      #expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 451 && box.y2 <= 300)
    }
    #expect((found["cat"] ?? 0) > 0.3)
  }

  // Detect begins
  func describe(_ paths: [String]) -> [String] {
    do {
      var options = DetectionOptions()
      options.confidence = 0.4
      let detector = try Detector(DefaultWeights.load(), options: options, threads: 2)
      return paths.map { path in
        do {
          let image = try ImageFile.read(path).image
          let found = try detector.detect(image).map { detection in
            "\(detector.description.classNames[detection.classIndex]) \(detection.box)"
          }
          return path + ": " + found.joined(separator: ", ")
        } catch {
          return "\(error)"  // a sentence that names the file
        }
      }
    } catch {
      return ["\(error)"]
    }
  }
  // Detect ends

  @Test func describesFilesAndNamesThoseThatFail() {
    let lines = describe(["Samples/cat.jpg", "Samples/none.jpg"])
    #expect(lines.count == 2 && lines[0].hasPrefix("Samples/cat.jpg: cat ("))
    #expect(lines[1] == "Samples/none.jpg: there is no file of this name")
  }

  @Test func detectsInPixelsFromMemory() throws {
    let detector = try Detector(DefaultWeights.load(), threads: 1)
    // Pixels begins
    let width = 64, height = 48
    var pixels = [UInt8](repeating: 114, count: width * height * 3)
    pixels[0] = 255  // rows from the top, red, green, blue of each pixel
    let image = Image(width: width, height: height, format: .rgb8, bytes: pixels)
    let detections = try detector.detect(image)
    let drawn = image.drawing(detections, classNames: detector.description.classNames)
    let file = try ImageFile.encode(drawn, as: .png)
    let same = try ImageFile.decode(file, name: "drawn").image
    // Pixels ends
    // Nothing is found in gray, so the image is unchanged.
    #expect(detections.isEmpty && same == image)
  }

  private func report(to path: String, _ print: (String) -> Void) throws {
    // Reports begins
    var input = EvaluationInput(classNames: ["cat", "dog"])
    input.append(
      image: "Samples/cat.jpg",
      annotations: [Annotation(box: Box(x1: 2, y1: 0, x2: 440, y2: 299), classIndex: 0)],
      detections: [
        Detection(box: Box(x1: 5, y1: 2, x2: 430, y2: 295), classIndex: 0, score: 0.9),
        Detection(box: Box(x1: 20, y1: 20, x2: 90, y2: 80), classIndex: 1, score: 0.95),
      ])
    let names = input.imageNames
    let result = try EvaluationResult(name: "my detector", input)
    let analysis = EvaluationAnalysis(result, bootstrap: BootstrapOptions(resamples: 100))
    let report = EvaluationReport(analysis, imagePath: { names[$0] })
    print(result.report.classTable.text)
    try report.html.write(toFile: path, atomically: true, encoding: .utf8)
    // Reports ends
  }

  @Test func aReportIsWritten() throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "glimpse-report-\(UUID().uuidString).html").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try report(to: path) { table in
      // One cat, found at IoU above 0.9.
      #expect(table.contains("cat            1  1.000  1.000"))
    }
    let page = try String(contentsOfFile: path, encoding: .utf8)
    // The wrong dog makes it the worst image.
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("data:image/jpeg;base64,"))
  }

  private func settings(_ print: (String, Double) -> Void) throws {
    // Evaluation begins
    var input = EvaluationInput(classNames: ["cat", "dog"])
    input.append(
      image: "a.jpg",
      annotations: [
        Annotation(box: Box(x1: 0, y1: 0, x2: 100, y2: 100), classIndex: 0),
        Annotation(box: Box(x1: 200, y1: 0, x2: 220, y2: 20), classIndex: 1),
      ],
      detections: [
        Detection(box: Box(x1: 0, y1: 0, x2: 80, y2: 100), classIndex: 0, score: 0.9),
        Detection(box: Box(x1: 200, y1: 0, x2: 220, y2: 20), classIndex: 0, score: 0.6),
      ])
    var parameters = EvaluationParameters(
      iouThresholds: [0.5, 0.75, 0.9], recallPoints: .every,
      areaRanges: [.init(name: "tiny", lower: 0, upper: 500)], detectionLimits: [1, 10])
    parameters.confidence = 0.7
    let result = try EvaluationResult(name: "my detector", input, parameters: parameters)
    for number in result.report.numbers { print(number.name, number.value) }
    let counts = DetectionCounts(result)
    for entry in counts.classes { print("precision of \(entry.name)", entry.precision) }
    print("micro F1", counts.micro.f1)
    print("macro recall", counts.macro.recall)
    let proposals = try EvaluationResult(
      name: "without classes", input, classes: ClassSelection(isAgnostic: true))
    print("AR of proposals", proposals.report.ar100)
    // Evaluation ends
  }

  @Test func settingsChangeTheMetrics() throws {
    var numbers: [String: Double] = [:]
    try settings { numbers[$0] = $1 }
    // The cat's IoU is 0.8, found at two of three thresholds; the dog is called a cat.
    #expect(abs((numbers["AP"] ?? 0) - 1.0 / 3) < 1e-12)
    #expect(abs((numbers["AP50"] ?? 0) - 0.5) < 1e-12 && numbers["AP90"] == 0)
    #expect(numbers["APtiny"] == 0 && abs((numbers["AR10"] ?? 0) - 1.0 / 3) < 1e-12)
    // Of two objects the cat is found, and the false cat is below the confidence.
    #expect(numbers["precision of cat"] == 1 && numbers["precision of dog"] == 0)
    #expect(abs((numbers["micro F1"] ?? 0) - 2.0 / 3) < 1e-12 && numbers["macro recall"] == 0.5)
    // Seven of ten thresholds and ten of ten.
    #expect(abs((numbers["AR of proposals"] ?? 0) - 0.85) < 1e-12)
  }

  @Test(arguments: [
    ("README", "README.md", 0), ("Reports", "Sources/Glimpse/Glimpse.docc/Reports.md", 0),
    ("Evaluation", "Sources/Glimpse/Glimpse.docc/Evaluation.md", 0),
    ("Detect", "Sources/Glimpse/Glimpse.docc/Embedding.md", 0),
    ("Pixels", "Sources/Glimpse/Glimpse.docc/Embedding.md", 1),
  ])
  func isWhatTheTextShows(name: String, path: String, number: Int) throws {
    let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```swift\n").dropFirst(number + 1).first)
    let shown = try #require(block.components(separatedBy: "```").first)
    let source = try String(contentsOf: Self.file, encoding: .utf8)
    let parts = source.components(separatedBy: "// \(name) begins\n")
    let run = try #require(
      parts.dropFirst().first?.components(separatedBy: "// \(name) ends").first)
    // The test chooses the file itself.
    #expect(
      lines(shown).filter { !$0.hasPrefix("import ") && !$0.hasPrefix("let path") } == lines(run))
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}
