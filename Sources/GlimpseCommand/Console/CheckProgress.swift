import Glimpse

/// Reports the progress of a check by stage, and throws after a signal.
struct CheckProgress {
  private let console: Console
  private var stage: DatasetCheck.Stage?
  private var reporter: ProgressReporter?
  private var last = 0

  init(on console: Console) { self.console = console }

  /// The callback for a `DatasetCheck.Observer`.
  ///
  /// - Throws: `CommandError` with the exit code `interrupted`.
  mutating func report(
    _ stage: DatasetCheck.Stage, _ done: Int, of total: Int
  ) throws(CommandError) {
    try Interruption.check(Self.completed(stage, done, of: total))
    Interruption.finishSteps(true)
    if stage != self.stage {
      reporter?.finish()
      reporter = ProgressReporter(Self.label(stage), total: total, on: console)
      (self.stage, last) = (stage, 0)
    }
    reporter?.advance(by: done - last)
    last = done
  }

  func finish() {
    reporter?.finish()
    Interruption.finishSteps(false)
  }

  private static func label(_ stage: DatasetCheck.Stage) -> String {
    switch stage {
    case .decoding: "Checking"
    case .comparing: "Comparing"
    case .pairing: "Pairing"
    }
  }

  /// The completed work, for the message about an interruption.
  static func completed(_ stage: DatasetCheck.Stage, _ done: Int, of total: Int) -> String {
    let images = "\(done) of \(Sentence.count(total, "image"))"
    return switch stage {
    case .decoding: "\(images) were checked"
    case .comparing: "\(images) were compared"
    case .pairing: "all images were compared, \(images) with near-duplicates were paired"
    }
  }
}
