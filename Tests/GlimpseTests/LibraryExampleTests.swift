import Foundation
import Glimpse
import Testing

/// The README's lines of library use, compiled and run as they stand there.
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

  @Test func isWhatTheReadmeSays() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
    let shown = try #require(block.components(separatedBy: "```").first)
    let source = try String(contentsOf: Self.file, encoding: .utf8)
    let parts = source.components(separatedBy: "// README begins\n")
    let run = try #require(parts.dropFirst().first?.components(separatedBy: "// README ends").first)
    #expect(lines(shown).filter { $0 != "import Glimpse" } == lines(run))
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}
