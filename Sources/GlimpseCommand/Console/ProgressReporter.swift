import Glimpse

/// Reports progress on standard error.
///
/// Silent for work of less than a second. On a terminal one line is rewritten; elsewhere lines are
/// printed after 10 s, 20 s, 40 s and then once per minute.
struct ProgressReporter {
  /// "Reading images", "Epoch 3 of 100".
  let label: String
  /// In the plural: "images".
  let unit: String
  /// Nil where unknown.
  let total: Int?

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
    _ label: String, unit: String, total: Int? = nil, on console: Console,
    clock: @escaping @Sendable () -> Double = monotonicSeconds
  ) {
    self.label = label
    self.unit = unit
    self.total = total
    self.console = console
    self.clock = clock
    start = clock()
    nextReport = start + (console.diagnostics.isTerminal ? Self.firstRedraw : Self.firstLine)
  }

  /// Counts finished work and reports when due.
  ///
  /// - Parameter detail: More to show, such as "loss 4.21".
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

  /// Erases the progress line.
  func finish() {
    console.endProgress()
  }

  var seconds: Double { clock() - start }

  /// Finished work per second.
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

/// Monotonic seconds since the start of the process.
@Sendable func monotonicSeconds() -> Double {
  let elapsed = ContinuousClock.now - processStart
  let (seconds, attoseconds) = elapsed.components
  return Double(seconds) + Double(attoseconds) * 1e-18
}

private let processStart = ContinuousClock.now
