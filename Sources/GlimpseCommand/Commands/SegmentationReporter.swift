import Glimpse

/// Prints the results of `segment`: one line per image, failures immediately and again at the end.
final class SegmentationReporter {
  private let classNames: [String]
  private let printsJSON: Bool
  private let csv: String?
  private let console: Console
  private let start = monotonicSeconds()
  private var progress: ProgressReporter
  /// The rows of the current image; silent unless it is large.
  private var rows: (path: String, done: Int, reporter: ProgressReporter)?
  private var table: String
  private var imageCount = 0
  private var objectCount = 0
  private var warningCount = 0
  private var failures: [String] = []
  /// Inputs without images, which were reported before.
  private let problems: [InferenceError]

  /// - Parameter csv: The path of the CSV file, if one is written.
  init(
    classNames: [String], imageCount: Int, problems: [InferenceError], printsJSON: Bool,
    csv: String?, on console: Console
  ) {
    (self.classNames, self.problems, self.console) = (classNames, problems, console)
    (self.printsJSON, self.csv) = (printsJSON, csv)
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
    imageCount += 1
    objectCount += result.objectCount
    for warning in result.warnings {
      warningCount += 1
      console.warn(Sentence.printable("\(result.path): \(warning)"))
    }
    if let failure = result.failure {
      failures.append(result.path)
      console.note("error: \(Sentence.printable("\(failure)"))")
    }
    if csv != nil { table += result.csvRow }
    if printsJSON {
      try console.print(result.jsonLine(classNames: classNames))
    } else if result.failure == nil {
      try console.print(line(result))
    }
    progress.advance()
  }

  /// Writes the CSV file, prints the totals and lists the failures.
  ///
  /// - Parameters:
  ///   - folder: The folder of the written files.
  ///   - contours: The file of all contours.
  func finish(folder: String?, contours: String?) throws -> ExitCode {
    progress.finish()
    if let csv { try CommandError.wrap(AtomicFile.write(table, to: csv)) }
    console.note(
      "\(Sentence.count(imageCount, "image")), \(Sentence.count(objectCount, "object")), "
        + (warningCount > 0 ? Sentence.count(warningCount, "warning") + ", " : "")
        + NumberFormat.duration(monotonicSeconds() - start)
        + (folder.map { "; results are in \(Sentence.printable($0))" } ?? "")
        + (contours.map { ", contours in \(Sentence.printable($0))" } ?? ""))
    if !failures.isEmpty {
      console.note("\(failures.count) of \(Sentence.count(imageCount, "image")) failed:")
      for path in failures { console.note("  \(Sentence.printable(path))") }
    }
    if !problems.isEmpty {
      console.note("\(Sentence.count(problems.count, "other input")) could not be used:")
      for problem in problems { console.note("  \(Sentence.printable("\(problem)"))") }
    }
    return failures.isEmpty && problems.isEmpty ? .done : .someInputsFailed
  }

  /// "slide.tif 1360x1024: 31 nucleus 12.4 % (840 ms)": objects and fraction of each class.
  func line(_ result: SegmentationResult) -> String {
    let parts = result.classes.enumerated().filter { $0.element.pixels > 0 }.map { index, summary in
      "\(summary.areas.count) \(Sentence.printable(classNames[index])) "
        + "\(NumberFormat.fixed(100 * result.fraction(index), 1)) %"
    }
    return "\(Sentence.printable(result.path)) \(result.width)x\(result.height): "
      + (parts.isEmpty ? "nothing found" : parts.joined(separator: ", "))
      + " (\(NumberFormat.decimal(result.seconds * 1000)) ms)"
  }
}
