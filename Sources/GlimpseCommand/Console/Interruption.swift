import Foundation
import Synchronization

/// The signal that was received, 0 for none. The handler that sets it must not allocate or lock.
private let signalSeen = Atomic<Int32>(0)

/// A request to stop by Ctrl-C or `kill`, which long commands check between steps.
///
/// The first signal sets a flag, so that a command can save its work and end with
/// `ExitCode.interrupted`; a second one of the same kind ends the process.
enum Interruption {
  /// Installs the handlers.
  static func observe(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    // Initializes the flag outside of the handler.
    _ = signalSeen.load(ordering: .relaxed)
    // The signal mask inherited from the parent process may block the signals.
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    for number in signals {
      _ = signal(number) { number in
        signalSeen.store(number, ordering: .relaxed)
        _ = signal(number, SIG_DFL)
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
