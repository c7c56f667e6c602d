import Synchronization

@testable import GlimpseCommand

/// Keeps what is written, in place of a terminal or a pipe.
final class Recorder: Sendable {
  private let texts = Mutex<[String]>([])

  var all: String { texts.withLock { $0.joined() } }
  var count: Int { texts.withLock { $0.count } }
  func clear() { texts.withLock { $0 = [] } }

  func output(isTerminal: Bool = false, columns: Int = 80) -> TextOutput {
    TextOutput(isTerminal: isTerminal, isStyled: false, columns: columns) { [self] text in
      texts.withLock { $0.append(text) }
    }
  }
}

/// A clock that goes only when it is told to.
final class HandClock: Sendable {
  private let seconds = Mutex(100.0)

  var now: Double { seconds.withLock { $0 } }
  func advance(by step: Double) { seconds.withLock { $0 += step } }
}
