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
    classNames: [String], imageCount: Int, problems: [InferenceError], printsLines: Bool,
    on console: Console
  ) {
    totals = ImageTotals(problems: problems, on: console)
    self.classNames = classNames
    self.printsLines = printsLines
    self.console = console
    progress = ProgressReporter("Detecting", total: imageCount, on: console)
  }

  func consume(_ results: inout [ImageResult<[Detection]>]) throws {
    for result in results { try report(result) }
  }

  private func report(_ result: ImageResult<[Detection]>) throws {
    boxCount += result.prediction?.count ?? 0
    totals.add(result.path, warnings: result.image?.warnings ?? [], failure: result.failure)
    if printsLines, result.image != nil { try console.print(line(result)) }
    progress.advance()
  }

  /// Prints the totals and lists the failures.
  ///
  /// - Parameter folder: The folder of the written files.
  func finish(folder: String?) -> ExitCode {
    progress.finish()
    return totals.finish(
      found: Sentence.count(boxCount, "box", plural: "boxes"),
      places: folder.map { "; results are in \(Sentence.printable($0))" } ?? "")
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
      return "\(item.count) \(Sentence.printable(classNames[item.classIndex])) \(score)"
    }
    let size = result.image.map { " \($0.originalWidth)x\($0.originalHeight)" } ?? ""
    return "\(Sentence.printable(result.path))\(size): "
      + (parts.isEmpty ? "nothing found" : parts.joined(separator: ", "))
      + " (\(NumberFormat.decimal(result.milliseconds)) ms)"
  }
}
