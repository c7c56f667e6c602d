import Foundation
import Glimpse
import TestSupport
import Testing

@testable import GlimpseCommand

/// `report.html` of `train`.
@Suite struct RunReportTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func train(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["train"] + words, in: folder.path)
  }

  private func page() throws -> PageReader {
    let page = PageReader(
      try String(contentsOfFile: folder.path + "/runs/r/report.html", encoding: .utf8))
    #expect(page.issue == nil)
    return page
  }

  private func tile(_ name: String, of page: PageReader) -> String? {
    let values = page.all("dd").filter { $0.attributes["class"] == nil }.map(\.text)
    return page.all("dt").firstIndex { $0.text == name }.map { values[$0] }
  }

  @Test func aReportIsWrittenAndRefreshed() throws {
    let result = try train(
      "--data", ".", "--imgsz", "64", "--batch", "3", "--epochs", "1", "--name", "r")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("\nreport        runs/r/report.html\n"))
    let first = try page()
    let headings = first.all("h2").map(\.text)
    #expect(
      headings.starts(with: [
        "Curves", "Settings and speed", "Class balance", "Augmented training images",
        "Validation images", "Evaluation of the best weights",
      ]))
    #expect(headings.contains("Classes") && headings.contains("Confusion matrix"))
    #expect(tile("Epochs", of: first) == "1")
    #expect(first.all("dd").count { $0.text == "mean of classes" } == 2)
    // The six training images of the first epoch, and the four of val with their predictions.
    #expect(first.all("b").map(\.text).filter { $0.hasPrefix("Image ") }.count == 6)
    #expect(first.all("b").map(\.text).filter { $0.hasPrefix("p") }.count >= 4)
    let settings = first.all("td").map(\.text)
    for name in ["imgsz", "batch", "epochs"] { #expect(settings.contains(name)) }
    for name in ["lr0", "data", "name", "weights", "optimizer", "strict"] {
      #expect(!settings.contains(name), "\(name) has its default")
    }

    let more = try train("--resume", "runs/r", "--epochs", "2")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(tile("Epochs", of: try page()) == "2")
  }

  /// A finished run whose best weights are gone is no failure, and its report is not written.
  @Test func aReportThatCannotBeMadeIsAWarning() throws {
    let words = ["--data", ".", "--imgsz", "32", "--batch", "3", "--epochs", "1", "--name", "r"]
    #expect(try BuiltProgram.run(["train"] + words, in: folder.path).exitCode == 0)
    let run = folder.path + "/runs/r"
    try FileManager.default.removeItem(atPath: run + "/report.html")
    try FileManager.default.removeItem(atPath: run + "/weights/best.safetensors")
    let result = try train("--resume", "runs/r")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("warning: there is no report: "))
    #expect(!FileManager.default.fileExists(atPath: run + "/report.html"))
  }

  /// Without a val split, there are curves and training images.
  @Test func aRunWithoutValidationHasAReport() throws {
    try FileManager.default.removeItem(atPath: folder.path + "/ImageSets/Main/val.txt")
    let result = try train(
      "--data", ".", "--imgsz", "32", "--batch", "3", "--epochs", "1", "--name", "r")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(
      try page().all("h2").map(\.text) == [
        "Curves", "Settings and speed", "Class balance", "Augmented training images",
      ])
  }
}
