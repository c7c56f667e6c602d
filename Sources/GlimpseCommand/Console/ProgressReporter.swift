import Glimpse

/// Reports the progress of image processing on standard error.
///
/// Silent for work of less than a second. On a terminal one line is rewritten; elsewhere lines are
/// printed after 10 s, 20 s, 40 s and then once per minute.
struct ProgressReporter {
  /// The start of the line, such as "Reading images".
  let label: String
  /// Nil if it is not known.
  let total: Int?
  /// What is counted.
  private let noun: String

  private let console: Console
  private let clock: @Sendable () -> Double
  private let start: Double
  private var nextReport: Double
  private var count = 0

  private static let firstRedraw = 1.0
  private static let redrawInterval = 0.1
  private static let firstLine = 10.0
  private static let longestInterval = 60.0

  /// - Parameter clock: Monotonic seconds.
  init(
    _ label: String, total: Int?, noun: String = "image", on console: Console,
    clock: @escaping @Sendable () -> Double = monotonicSeconds
  ) {
    self.label = label
    self.total = total
    self.noun = noun
    self.console = console
    self.clock = clock
    start = clock()
    nextReport = start + (console.diagnostics.isTerminal ? Self.firstRedraw : Self.firstLine)
  }

  /// Counts finished work and reports when due.
  mutating func advance(by step: Int = 1) {
    count += step
    let now = clock()
    guard now >= nextReport else { return }
    let line = line(after: now - start)
    if console.diagnostics.isTerminal {
      console.showProgress(line)
      nextReport = now + Self.redrawInterval
    } else {
      console.note(line)
      nextReport = now + min(now - start, Self.longestInterval)
    }
  }

  /// Erases the progress line.
  func finish() {
    console.endProgress()
  }

  private func line(after seconds: Double) -> String {
    let rate = Double(count) / max(seconds, 1e-9)
    let speed = "\(NumberFormat.decimal(rate)) \(noun)s/s"
    guard let total else { return "\(label): \(Sentence.count(count, noun)), \(speed)" }
    let left =
      rate > 0 && count <= total
      ? ", \(NumberFormat.duration(Double(total - count) / rate)) left" : ""
    return "\(label): \(count)/\(total) \(noun)s, \(speed)\(left)"
  }
}

/// Monotonic seconds since the start of the process.
@Sendable func monotonicSeconds() -> Double {
  let elapsed = ContinuousClock.now - processStart
  let (seconds, attoseconds) = elapsed.components
  return Double(seconds) + Double(attoseconds) * 1e-18
}

private let processStart = ContinuousClock.now
