import Glimpse

/// Counts the images of `detect` and `segment`: warnings and failures are printed at once, failures
/// again at the end, with the totals.
struct ImageTotals {
  private let console: Console
  private let run: RunOptions
  private let start = monotonicSeconds()
  private var imageCount = 0
  private var warningCount = 0
  private var failureCount = 0
  /// The paths of the first images that failed.
  private var failures: [String] = []

  /// Listed at the end; all are in the rows.
  private static let listedFailures = 100

  init(_ run: RunOptions, on console: Console) { (self.run, self.console) = (run, console) }

  /// Counts an image, and prints its warnings and its failure.
  mutating func add(_ path: String, warnings: [String], failure: (any Error)?) {
    imageCount += 1
    for warning in warnings {
      warningCount += 1
      console.warn(Sentence.printable("\(path): \(warning)"))
    }
    if let failure {
      failureCount += 1
      if failures.count < Self.listedFailures { failures.append(path) }
      console.note("error: \(Sentence.printable("\(failure)"))")
    }
  }

  /// Whether no image could be processed.
  var isAllFailed: Bool { failureCount == imageCount }

  /// Throws when more images have failed than may.
  func check() throws(CommandError) {
    if run.onError == .fail, failureCount > 0 {
      throw CommandError("an image failed, and --on-error fail ends the run")
    }
    if let limit = run.maximumFailures, failureCount > limit {
      throw CommandError(
        "\(Sentence.count(failureCount, "image")) failed, more than --max-failures \(limit)")
    }
  }

  /// Prints the totals and lists the failures.
  ///
  /// - Parameters:
  ///   - found: The number of objects with their noun.
  ///   - places: Where results are, as ends of the sentence.
  ///   - problems: Inputs that could not be used.
  ///   - earlierFailures: Images of earlier runs into the same folder that failed.
  func finish(
    found: String, places: String, problems: [InferenceError], earlierFailures: Int = 0
  ) -> ExitCode {
    console.note(
      "\(Sentence.count(imageCount, "image")), \(found), "
        + (warningCount > 0 ? Sentence.count(warningCount, "warning") + ", " : "")
        + NumberFormat.duration(monotonicSeconds() - start) + places)
    if run.isQuiet, failureCount > 0 {
      console.note("\(failureCount) of \(Sentence.count(imageCount, "image")) failed")
    } else if !failures.isEmpty {
      console.note("\(failureCount) of \(Sentence.count(imageCount, "image")) failed:")
      for path in failures { console.note("  \(Sentence.printable(path))") }
      if failureCount > failures.count {
        console.note("  and \(failureCount - failures.count) more")
      }
    }
    if !problems.isEmpty {
      console.note("\(Sentence.count(problems.count, "other input")) could not be used:")
      for problem in problems { console.note("  \(Sentence.printable("\(problem)"))") }
    }
    if imageCount == 0, earlierFailures == 0, !problems.isEmpty { return .fatal }
    return failureCount + earlierFailures == 0 && problems.isEmpty ? .done : .someInputsFailed
  }
}
