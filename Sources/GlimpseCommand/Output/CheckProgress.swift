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
    try Interruption.check(Self.deed(stage, done, of: total))
    if stage != self.stage {
      finish()
      reporter = ProgressReporter(Self.label(stage), unit: "images", total: total, on: console)
      (self.stage, last) = (stage, 0)
    }
    reporter?.advance(by: done - last)
    last = done
  }

  /// Removes the line.
  func finish() { reporter?.finish() }

  // MARK: Words

  private static func label(_ stage: DatasetCheck.Stage) -> String {
    switch stage {
    case .decoding: "Checking"
    case .comparing: "Comparing"
    case .pairing: "Pairing"
    }
  }

  /// What was done by the time of an interruption, as the end of its sentence.
  static func deed(_ stage: DatasetCheck.Stage, _ done: Int, of total: Int) -> String {
    let images = "\(done) of \(Sentence.count(total, "image"))"
    return switch stage {
    case .decoding: "\(images) were looked at"
    case .comparing: "\(images) were compared"
    case .pairing: "all images were compared, and \(images) that others are like were paired"
    }
  }
}
