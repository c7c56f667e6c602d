import Foundation
import Synchronization

/// Set by the signal handler, which may touch nothing that allocates or locks.
private let signalSeen = Atomic<Int32>(0)

/// The wish to stop, sent by Ctrl-C or by `kill`, which long commands ask for between steps.
///
/// The first signal only sets a flag, so that a command can save its work and end with
/// `ExitCode.interrupted`; the second one of the same kind ends the process at once.
enum Interruption {
  /// From here on, the first of each signal sets the flag instead of ending the process.
  static func observe(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    // Reading it initializes the flag here and not inside the handler.
    _ = signalSeen.load(ordering: .relaxed)
    // A parent's mask is inherited: one that blocks a signal would keep it from ever arriving.
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

  /// True once a signal has come.
  static var isRequested: Bool { signalSeen.load(ordering: .relaxed) != 0 }

  /// Ends the command with `ExitCode.interrupted` where a signal has come.
  ///
  /// - Parameter kept: what is left of the work, as the end of the sentence "interrupted; ...".
  static func check(_ kept: @autoclosure () -> String = "nothing was left half written")
    throws(CommandError)
  {
    guard isRequested else { return }
    throw CommandError("interrupted; \(kept())", exitCode: .interrupted)
  }

  /// Forgets the signals that have come, for tests.
  static func reset() { signalSeen.store(0, ordering: .relaxed) }
}
