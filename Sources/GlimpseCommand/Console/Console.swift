import Glimpse
import Synchronization

/// Output of a command: data on standard output, progress and warnings on standard error.
///
/// One object for both, because a terminal shows both: the progress line is erased before anything
/// else is written. Safe to use from several threads.
final class Console: Sendable {
  let output: TextOutput
  let diagnostics: TextOutput
  /// Whether the terminal shows a progress line.
  private let isLineOpen = Mutex(false)

  init(output: TextOutput = .standardOutput, diagnostics: TextOutput = .standardError) {
    self.output = output
    self.diagnostics = diagnostics
  }

  /// Writes one line of data.
  ///
  /// - Throws: `ReaderGone` for a closed pipe, `CommandError` for other write errors such as a full
  ///   disk.
  func print(_ line: String) throws {
    try write(line + "\n")
  }

  /// Writes data.
  func write(_ text: String) throws {
    try isLineOpen.withLock { isOpen in
      if output.isTerminal { wipe(&isOpen) }
      try output.write(text)
    }
  }

  /// Writes a result as text or as one line of JSON.
  func write(
    _ text: @autoclosure () -> String, json: @autoclosure () -> JSONValue, asJSON: Bool
  ) throws {
    try write(asJSON ? json().line + "\n" : text())
  }

  /// Writes one line to standard error.
  func note(_ line: String) {
    isLineOpen.withLock { isOpen in
      wipe(&isOpen)
      say(line + "\n")
    }
  }

  /// Writes a warning to standard error.
  func warn(_ sentence: String) {
    note("warning: \(sentence)")
  }

  /// Shows or replaces the progress line; only on terminals.
  func showProgress(_ line: String) {
    precondition(diagnostics.isTerminal, "progress lines need a terminal")
    isLineOpen.withLock { isOpen in
      // Some terminals wrap when the last column is filled.
      say("\r\(line.prefix(max(diagnostics.columns - 1, 0)))\u{1B}[K")
      isOpen = true
    }
  }

  /// Erases the progress line.
  func endProgress() {
    isLineOpen.withLock { wipe(&$0) }
  }

  private func wipe(_ isOpen: inout Bool) {
    guard isOpen else { return }
    say("\r\u{1B}[K")
    isOpen = false
  }

  /// Errors are ignored: failing to write progress must not stop the work.
  private func say(_ text: String) {
    try? diagnostics.write(text)
  }
}
