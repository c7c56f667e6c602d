import Glimpse

/// Prints the first issues of a dataset as warnings, and counts the rest.
struct IssueReporter {
  private let console: Console
  private var count = 0

  private static let most = 10

  init(on console: Console) {
    self.console = console
  }

  /// Prints all issues of a dataset.
  static func report(_ issues: [DatasetIssue], on console: Console) {
    var reporter = IssueReporter(on: console)
    for issue in issues { reporter.add(issue.description) }
    reporter.finish()
  }

  mutating func add(_ sentence: String) {
    count += 1
    if count <= Self.most { console.warn(Sentence.printable(sentence)) }
  }

  mutating func finish() {
    let omitted = count - Self.most
    if omitted > 0 { console.warn("and \(Sentence.count(omitted, "more issue"))") }
    count = min(count, Self.most)
  }
}
