import Glimpse

/// Tells on standard error how far a long piece of work is.
///
/// Nothing is said about work that takes less than a second. On a terminal one line is rewritten;
/// elsewhere plain lines come after 10 s, 20 s, 40 s and then once a minute.
struct ProgressReporter {
  /// What is going on: "Reading images", "Epoch 3 of 100".
  let label: String
  /// What is counted, in the plural: "images".
  let unit: String
  /// How many there are; nil where that is not known beforehand.
  let total: Int?

  private let console: Console
  private let clock: @Sendable () -> Double
  private let start: Double
  private var nextReport: Double
  private var count = 0

  private static let patience = 1.0
  private static let redrawInterval = 0.1
  private static let firstLine = 10.0
  private static let longestInterval = 60.0

  /// Starts the clock.
  ///
  /// - Parameters:
  ///   - clock: seconds that never go back, from any origin.
  init(
    _ label: String, unit: String, total: Int? = nil, on console: Console,
    clock: @escaping @Sendable () -> Double = monotonicSeconds
  ) {
    self.label = label
    self.unit = unit
    self.total = total
    self.console = console
    self.clock = clock
    start = clock()
    nextReport = start + (console.diagnostics.isTerminal ? Self.patience : Self.firstLine)
  }

  /// Counts finished work and reports where it is time to.
  ///
  /// - Parameter detail: more to show, such as "loss 4.21"; made only when it is shown.
  mutating func advance(by step: Int = 1, detail: @autoclosure () -> String = "") {
    count += step
    let now = clock()
    guard now >= nextReport else { return }
    let line = line(after: now - start, detail: detail())
    if console.diagnostics.isTerminal {
      console.showProgress(line)
      nextReport = now + Self.redrawInterval
    } else {
      console.note(line)
      nextReport = now + min(now - start, Self.longestInterval)
    }
  }

  /// Removes the rewritten line; what was done is for the command to say.
  func finish() {
    console.endProgress()
  }

  /// Seconds since the reporter was made.
  var seconds: Double { clock() - start }

  /// Finished work a second since the start.
  var rate: Double { Double(count) / max(seconds, 1e-9) }

  private func line(after seconds: Double, detail: String) -> String {
    let rate = Double(count) / max(seconds, 1e-9)
    var parts = ["\(NumberFormat.decimal(rate)) \(unit)/s"]
    if !detail.isEmpty { parts.insert(detail, at: 0) }
    guard let total else {
      return "\(label): \(count) \(unit), " + parts.joined(separator: ", ")
    }
    if rate > 0, count <= total {
      parts.append("\(NumberFormat.duration(Double(total - count) / rate)) left")
    }
    return "\(label): \(count)/\(total) \(unit), " + parts.joined(separator: ", ")
  }
}

/// Seconds on a clock that never goes back.
@Sendable func monotonicSeconds() -> Double {
  let elapsed = ContinuousClock.now - processStart
  let (seconds, attoseconds) = elapsed.components
  return Double(seconds) + Double(attoseconds) * 1e-18
}

private let processStart = ContinuousClock.now
