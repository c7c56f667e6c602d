import Glimpse

/// Prints the results of `segment`: one line per image, failures immediately and again at the end.
final class SegmentationReporter {
  private let classNames: [String]
  private let prints: Output
  private let facts: RowFacts
  private let csv: String?
  private let console: Console
  private var progress: ProgressReporter
  /// The rows of the current image; silent unless it is large.
  private var rows: (path: String, done: Int, reporter: ProgressReporter)?
  private var table: String
  private var totals: ImageTotals
  private var objectCount = 0

  /// What is printed for each image.
  enum Output {
    case text
    case json
    case nothing
  }

  /// - Parameter csv: The path of the CSV file, if one is written.
  init(
    classNames: [String], imageCount: Int?, _ run: RunOptions, prints: Output, facts: RowFacts,
    csv: String?, on console: Console
  ) {
    (self.classNames, self.console) = (classNames, console)
    totals = ImageTotals(run, on: console)
    (self.prints, self.facts, self.csv) = (prints, facts, csv)
    table = SegmentationResult.csvHeader(classNames: classNames)
    progress = ProgressReporter("Segmenting", total: imageCount, on: console)
  }

  /// Reports the rows of an image that are done.
  func advance(_ path: String, rows done: Int, of height: Int) {
    if rows?.path != path || (rows?.done ?? 0) > done {
      rows = (
        path, 0,
        ProgressReporter(
          "Segmenting \(Sentence.printable(FilePath.name(path)))", total: height, noun: "row",
          on: console)
      )
    }
    let before = rows?.done ?? 0
    rows?.reporter.advance(by: done - before)
    rows?.done = done
  }

  func report(_ result: SegmentationResult) throws {
    rows = nil
    objectCount += result.objectCount
    totals.add(result.path, warnings: result.warnings, failure: result.failure)
    if csv != nil { table += result.csvRow }
    switch prints {
    case .json: try console.print(result.jsonLine(classNames: classNames, facts))
    case .text where result.failure == nil: try console.print(line(result))
    case .text, .nothing: break
    }
    progress.advance()
    try totals.check()
  }

  /// Whether no image could be processed.
  var isAllFailed: Bool { totals.isAllFailed }

  /// Writes the CSV file, prints the totals and lists the failures.
  ///
  /// - Parameters:
  ///   - folder: The folder of the written files.
  ///   - contours: The file of all contours.
  func finish(
    folder: String?, contours: String?, problems: [InferenceError], earlierFailures: Int
  ) throws -> ExitCode {
    progress.finish()
    if let csv { try CommandError.wrap(AtomicFile.write(table, to: csv)) }
    return totals.finish(
      found: Sentence.count(objectCount, "object"),
      places: (folder.map { "; results are in \(Sentence.printable($0))" } ?? "")
        + (contours.map { ", contours in \(Sentence.printable($0))" } ?? ""),
      problems: problems, earlierFailures: earlierFailures)
  }

  /// "slide.tif 1360x1024: 31 nucleus 12.4 % (840 ms)": objects and fraction of each class.
  func line(_ result: SegmentationResult) -> String {
    let parts = result.classes.enumerated().filter { $0.element.pixels > 0 }.map { index, summary in
      "\(summary.areas.count) \(Sentence.printable(classNames[index])) "
        + "\(NumberFormat.fixed(100 * result.fraction(index), 1)) %"
    }
    return "\(Sentence.printable(result.path)) \(result.width)x\(result.height): "
      + (parts.isEmpty ? "no objects" : parts.joined(separator: ", "))
      + " (\(NumberFormat.decimal(result.seconds * 1000)) ms)"
  }
}
