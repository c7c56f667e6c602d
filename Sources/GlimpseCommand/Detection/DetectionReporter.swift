import Glimpse

/// Tells the results of `detect`: a line an image, failures at once and again at the end.
struct DetectionReporter {
  let classNames: [String]
  let printsJSON: Bool
  private let console: Console
  private let start = monotonicSeconds()
  private var progress: ProgressReporter
  private var imageCount = 0
  private var boxCount = 0
  private var failures: [String] = []

  init(classNames: [String], imageCount: Int, printsJSON: Bool, on console: Console) {
    self.classNames = classNames
    self.printsJSON = printsJSON
    self.console = console
    progress = ProgressReporter("Detecting", unit: "images", total: imageCount, on: console)
  }

  /// Prints what came of one image.
  mutating func add(_ result: ImageResult) throws {
    imageCount += 1
    boxCount += result.detections.count
    for warning in result.warnings {
      console.warn(Sentence.printable("\(result.path): \(warning)"))
    }
    if let failure = result.failure {
      failures.append(result.path)
      console.note("error: \(Sentence.printable(failure))")
    }
    if printsJSON {
      try console.print(result.json(classNames: classNames).line)
    } else if result.width != nil {
      try console.print(result.line(classNames: classNames))
    }
    progress.advance()
  }

  /// Sums up, and lists what failed.
  ///
  /// - Parameter folder: where files were written to.
  func finish(folder: String?) -> ExitCode {
    progress.finish()
    console.note(
      "\(Sentence.count(imageCount, "image")), \(boxCount) \(boxCount == 1 ? "box" : "boxes"), "
        + NumberFormat.duration(monotonicSeconds() - start)
        + (folder.map { "; results are in \(Sentence.printable($0))" } ?? ""))
    guard !failures.isEmpty else { return .done }
    console.note("\(failures.count) of \(Sentence.count(imageCount, "image")) failed:")
    for path in failures { console.note("  \(Sentence.printable(path))") }
    return .someInputsFailed
  }
}
