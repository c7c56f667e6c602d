import Glimpse

/// Prints the first issues of a dataset as warnings, and counts the rest.
struct IssueReporter {
  private let console: Console
  private var printed = 0
  private var omitted = 0

  private static let most = 10

  init(on console: Console) {
    self.console = console
  }

  mutating func add(_ sentence: String) {
    if printed < Self.most {
      printed += 1
      console.warn(Sentence.printable(sentence))
    } else {
      omitted += 1
    }
  }

  mutating func finish() {
    if omitted > 0 { console.warn("and \(Sentence.count(omitted, "more issue"))") }
    omitted = 0
  }
}
