import Glimpse

/// Tells how far a check is, with a line for each of its stages, and ends it where a signal has come.
struct CheckProgress {
  private let console: Console
  private var stage: DatasetCheck.Stage?
  private var reporter: ProgressReporter?
  private var last = 0

  init(on console: Console) { self.console = console }

  /// Takes what a `DatasetCheck.Observer` is told.
  ///
  /// - Throws: `CommandError` with the exit code `interrupted`.
  mutating func report(
    _ stage: DatasetCheck.Stage, _ done: Int, of total: Int
  ) throws(CommandError) {
    let (label, deed) =
      switch stage {
      case .decoding: ("Checking", "looked at")
      case .comparing: ("Comparing", "compared")
      }
    try Interruption.check("\(done) of \(Sentence.count(total, "picture")) were \(deed)")
    if stage != self.stage {
      finish()
      reporter = ProgressReporter(label, unit: "pictures", total: total, on: console)
      (self.stage, last) = (stage, 0)
    }
    reporter?.advance(by: done - last)
    last = done
  }

  /// Removes the line.
  func finish() { reporter?.finish() }
}
