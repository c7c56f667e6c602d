import Glimpse
import Synchronization

/// An executor that reports the progress of opening a dataset: the reading of its label files and
/// image headers.
final class OpeningProgress: ParallelExecutor {
  private let base: any ParallelExecutor
  private let console: Console
  private var isOpen = true

  init(_ base: any ParallelExecutor, on console: Console) {
    self.base = base
    self.console = console
  }

  /// Ends the reports; the executor then only runs tasks.
  func end() { isOpen = false }

  func run(_ count: Int, _ body: (Int) -> Void) {
    guard isOpen else { return base.run(count, body) }
    let reporter = Mutex(
      ProgressReporter("Opening the dataset", total: count, noun: "file", on: console))
    base.run(count) { index in
      body(index)
      reporter.withLock { $0.advance() }
    }
    reporter.withLock { $0.finish() }
  }
}
