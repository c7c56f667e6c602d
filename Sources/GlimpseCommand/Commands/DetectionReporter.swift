import Glimpse

/// Prints the results of `detect`: one line per image, failures immediately and again at the end.
final class DetectionReporter: Sink {
  typealias Prediction = [Detection]
  private let classNames: [String]
  /// False if another sink prints the results.
  private let printsLines: Bool
  private let console: Console
  private var progress: ProgressReporter
  private var totals: ImageTotals
  private var boxCount = 0

  init(
    classNames: [String], imageCount: Int?, _ run: RunOptions, printsLines: Bool,
    on console: Console
  ) {
    totals = ImageTotals(run, on: console)
    self.classNames = classNames
    self.printsLines = printsLines
    self.console = console
    progress = ProgressReporter("Detecting", total: imageCount, on: console)
  }

  func consume(_ results: inout [ImageResult<[Detection]>]) throws {
    for result in results { try report(result) }
    try totals.check()
  }

  private func report(_ result: ImageResult<[Detection]>) throws {
    boxCount += result.prediction?.count ?? 0
    totals.add(result.path, warnings: result.warnings, failure: result.failure)
    if printsLines, result.prediction != nil { try console.print(line(result)) }
    progress.advance()
  }

  /// Whether no image could be processed.
  var isAllFailed: Bool { totals.isAllFailed }

  /// Prints the totals and lists the failures; parameters as of ``ImageTotals``.
  ///
  /// - Parameter folder: The folder of the written files.
  func finish(
    folder: String?, problems: [InferenceError], earlierFailures: Int
  ) -> ExitCode {
    progress.finish()
    return totals.finish(
      found: Sentence.count(boxCount, "box", plural: "boxes"),
      places: folder.map { "; results are in \(Sentence.printable($0))" } ?? "",
      problems: problems, earlierFailures: earlierFailures)
  }

  /// "cat.jpg 451x300: 1 cat 0.87 (9.8 ms)": each class with its count and its best score.
  func line(_ result: ImageResult<[Detection]>) -> String {
    var best: [(classIndex: Int, count: Int, score: Float)] = []
    for detection in result.prediction ?? [] {
      if let place = best.firstIndex(where: { $0.classIndex == detection.classIndex }) {
        best[place].count += 1
        best[place].score = max(best[place].score, detection.score)
      } else {
        best.append((detection.classIndex, 1, detection.score))
      }
    }
    let parts = best.map { item in
      let score = NumberFormat.fixed(Double(item.score), 2)
      return "\(item.count) \(Sentence.printable(classNames[item.classIndex])) "
        + (item.count == 1 ? score : "(max \(score))")
    }
    let size = result.size.map { " \($0.width)x\($0.height)" } ?? ""
    return "\(Sentence.printable(result.path))\(size): "
      + (parts.isEmpty ? "no detections" : parts.joined(separator: ", "))
      + " (\(NumberFormat.decimal(result.milliseconds)) ms)"
  }
}
