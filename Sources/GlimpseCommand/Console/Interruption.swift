import Foundation
import Synchronization

/// The signal that was received, 0 for none. The handler that sets it must not allocate or lock.
private let signalSeen = Atomic<Int32>(0)

/// What the first signal writes to standard error at once; the step in flight may take long.
private let notice: StaticString =
  "\ninterrupted: ends after the current step, and saves what is done; press Ctrl-C again to end at once\n"

/// The exit code after a second signal, that of shells for Ctrl-C.
private let codeOfSecondSignal: Int32 = 130

/// A request to stop by Ctrl-C or `kill`, which long commands check between steps.
///
/// The first signal sets a flag and writes a line, so that a command can save its work and end with
/// `ExitCode.interrupted`; a second one ends the process at once with exit code 130.
enum Interruption {
  /// Installs the handlers.
  static func observe(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    // Initializes what the handler uses outside of it.
    _ = (signalSeen.load(ordering: .relaxed), notice.utf8Start, codeOfSecondSignal)
    // The signal mask inherited from the parent process may block the signals.
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    for number in signals {
      _ = signal(number) { number in
        if signalSeen.exchange(number, ordering: .relaxed) != 0 { _exit(codeOfSecondSignal) }
        _ = write(STDERR_FILENO, notice.utf8Start, notice.utf8CodeUnitCount)
      }
    }
  }

  static var isRequested: Bool { signalSeen.load(ordering: .relaxed) != 0 }

  /// Throws an error with `ExitCode.interrupted` after a signal.
  ///
  /// - Parameter kept: The completed work, the end of the message "interrupted; ...".
  static func check(_ kept: @autoclosure () -> String = "no partial output was left")
    throws(CommandError)
  {
    guard isRequested else { return }
    throw CommandError("interrupted; \(kept())", exitCode: .interrupted)
  }

  /// For tests.
  static func reset() { signalSeen.store(0, ordering: .relaxed) }
}
