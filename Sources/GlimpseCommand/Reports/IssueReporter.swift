import Glimpse

/// Tells the issues of a dataset: the first ones in full, the rest as counts.
struct IssueReporter {
  private let console: Console
  private var told = 0
  private var untold = 0

  private static let most = 10

  init(on console: Console) {
    self.console = console
  }

  /// Tells one issue, a sentence, or counts it.
  mutating func add(_ sentence: String) {
    if told < Self.most {
      told += 1
      console.warn(Sentence.printable(sentence))
    } else {
      untold += 1
    }
  }

  /// Tells how many were only counted.
  mutating func finish() {
    if untold > 0 { console.warn("and \(Sentence.count(untold, "more problem")) like these") }
    untold = 0
  }
}
