import Foundation
import Synchronization

/// The signal that was received, 0 for none. The handler that sets it must not allocate or lock.
private let signalSeen = Atomic<Int32>(0)
/// Whether the first signal only sets the flag, because a step in flight is to be finished.
private let finishesStep = Atomic<Bool>(false)
/// Whether a progress line may be open on standard error.
private let isOnTerminal = Atomic<Bool>(false)

/// A request to stop by Ctrl-C or `kill`.
///
/// The first signal prints a line at once. While a command reads its inputs, nothing is to be saved,
/// and the process ends with `ExitCode.interrupted`. Within ``whileFinishing(_:)`` the signal sets a
/// flag that the command checks between steps, so that it can save its work. A second signal ends the
/// process with exit code 130.
enum Interruption {
  /// Installs the handlers.
  static func observe(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    // Initializes the flags outside of the handler.
    _ = (signalSeen.load(ordering: .relaxed), finishesStep.load(ordering: .relaxed))
    isOnTerminal.store(isatty(STDERR_FILENO) == 1, ordering: .relaxed)
    // The signal mask inherited from the parent process may block the signals.
    var set = sigset_t()
    sigemptyset(&set)
    for number in signals { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    for number in signals { _ = signal(number) { handle($0) } }
  }

  static var isRequested: Bool { signalSeen.load(ordering: .relaxed) != 0 }

  /// Runs work that checks ``isRequested`` or calls ``check(_:)`` between its steps.
  static func whileFinishing<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    finishSteps(true)
    defer { finishSteps(false) }
    return try body()
  }

  /// Whether the first signal from now on only sets the flag.
  static func finishSteps(_ isOn: Bool) { finishesStep.store(isOn, ordering: .relaxed) }

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

/// Handles a signal with calls that are safe in a signal handler only.
private func handle(_ number: Int32) {
  func say(_ line: StaticString) {
    if isOnTerminal.load(ordering: .relaxed) { write(STDERR_FILENO, "\n", 1) }
    write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
  }
  guard signalSeen.exchange(number, ordering: .relaxed) == 0 else { _exit(130) }
  if finishesStep.load(ordering: .relaxed) {
    say(
      "interrupted: ends after the current step, and saves what is done; press Ctrl-C again to end at once\n"
    )
  } else {
    say("interrupted; nothing was written\n")
    _exit(ExitCode.interrupted.rawValue)
  }
}
