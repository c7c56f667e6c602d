import Foundation
import Testing

@testable import GlimpseCommand

/// The flag is one for the process, so these run one after the other.
@Suite(.serialized) struct InterruptionTests {
  @Test func theFirstSignalOnlySetsTheFlag() {
    Interruption.reset()
    Interruption.observe([SIGUSR1])
    #expect(!Interruption.isRequested)
    // Tests run on threads of Dispatch, which block signals; the program's main thread does not.
    var (signals, before) = (sigset_t(), sigset_t())
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR1)
    pthread_sigmask(SIG_UNBLOCK, &signals, &before)
    raise(SIGUSR1)
    pthread_sigmask(SIG_SETMASK, &before, nil)
    #expect(Interruption.isRequested)
    let error = #expect(throws: CommandError.self) { try Interruption.check("epoch 3 is saved") }
    #expect(error?.description == "interrupted; epoch 3 is saved")
    #expect(error?.exitCode == .interrupted)
    Interruption.reset()
  }
}
