import Synchronization

/// What a command says: data on standard output, progress and warnings on standard error.
///
/// One object for both, because a terminal shows both: a line of progress that is being rewritten
/// is wiped before anything else is written. May be used from several threads.
final class Console: Sendable {
  let output: TextOutput
  let diagnostics: TextOutput
  /// Whether a line of progress stands on the terminal, not yet ended.
  private let isLineOpen = Mutex(false)

  init(output: TextOutput = .standardOutput, diagnostics: TextOutput = .standardError) {
    self.output = output
    self.diagnostics = diagnostics
  }

  /// Writes one line of data.
  ///
  /// Throws `ReaderGone` where nobody reads any more, `CommandError` where the disk is full.
  func print(_ line: String) throws {
    try write(line + "\n")
  }

  /// Writes data as it is, such as a page of several lines.
  func write(_ text: String) throws {
    try isLineOpen.withLock { isOpen in
      if output.isTerminal { wipe(&isOpen) }
      try output.write(text)
    }
  }

  /// Says one line on standard error.
  func note(_ line: String) {
    isLineOpen.withLock { isOpen in
      wipe(&isOpen)
      say(line + "\n")
    }
  }

  /// Says on standard error what is odd but does not stop the work.
  func warn(_ sentence: String) {
    note("warning: \(sentence)")
  }

  /// Shows or replaces the line of progress; only for terminals.
  func showProgress(_ line: String) {
    precondition(diagnostics.isTerminal, "a line can only be rewritten on a terminal")
    isLineOpen.withLock { isOpen in
      // One column stays free: some terminals break the line when the last one is filled.
      say("\r\(line.prefix(max(diagnostics.columns - 1, 0)))\u{1B}[K")
      isOpen = true
    }
  }

  /// Removes the line of progress.
  func endProgress() {
    isLineOpen.withLock { wipe(&$0) }
  }

  private func wipe(_ isOpen: inout Bool) {
    guard isOpen else { return }
    say("\r\u{1B}[K")
    isOpen = false
  }

  /// Progress that nobody reads is no reason to stop the work, so errors are dropped.
  private func say(_ text: String) {
    try? diagnostics.write(text)
  }
}
