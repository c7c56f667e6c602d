import Glimpse

/// Counts the images of `detect` and `segment`: warnings and failures are printed at once, failures
/// again at the end, with the totals.
struct ImageTotals {
  private let console: Console
  /// Inputs without images, which were reported before.
  private let problems: [InferenceError]
  private let start = monotonicSeconds()
  private var imageCount = 0
  private var warningCount = 0
  private var failures: [String] = []

  init(problems: [InferenceError], on console: Console) {
    (self.problems, self.console) = (problems, console)
  }

  /// Counts an image, and prints its warnings and its failure.
  mutating func add(_ path: String, warnings: [String], failure: (any Error)?) {
    imageCount += 1
    for warning in warnings {
      warningCount += 1
      console.warn(Sentence.printable("\(path): \(warning)"))
    }
    if let failure {
      failures.append(path)
      console.note("error: \(Sentence.printable("\(failure)"))")
    }
  }

  /// Prints the totals and lists the failures.
  ///
  /// - Parameters:
  ///   - found: The number of objects with their noun.
  ///   - places: Where results are, as ends of the sentence.
  func finish(found: String, places: String) -> ExitCode {
    console.note(
      "\(Sentence.count(imageCount, "image")), \(found), "
        + (warningCount > 0 ? Sentence.count(warningCount, "warning") + ", " : "")
        + NumberFormat.duration(monotonicSeconds() - start) + places)
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
}

extension ImageInputs {
  /// Finds the images of the command's arguments, and prints the warnings and problems of finding them.
  static func found(_ arguments: [String], on console: Console) -> ImageInputs {
    let images = ImageInputs(arguments)
    for warning in images.warnings { console.warn(Sentence.printable(warning)) }
    for problem in images.problems { console.note("error: \(Sentence.printable("\(problem)"))") }
    return images
  }
}
