import Testing

@testable import GlimpseCommand

@Suite struct ProgressReporterTests {
  private let clock = HandClock()
  private let recorder = Recorder()

  private func reporter(
    isTerminal: Bool, columns: Int = 80, total: Int = 100
  ) -> (ProgressReporter, Console) {
    let console = Console(
      output: recorder.output(),
      diagnostics: recorder.output(isTerminal: isTerminal, columns: columns))
    let reporter = ProgressReporter(
      "Detecting", total: total, on: console,
      clock: { [clock] in clock.now })
    return (reporter, console)
  }

  @Test func shortWorkSaysNothing() {
    var (reporter, _) = reporter(isTerminal: true)
    for _ in 0..<9 {
      clock.advance(by: 0.1)
      reporter.advance()
    }
    reporter.finish()
    #expect(recorder.all == "")
  }

  @Test func aTerminalShowsOneRewrittenLine() {
    var (reporter, _) = reporter(isTerminal: true)
    clock.advance(by: 2)
    reporter.advance(by: 20)
    // 20 in 2 s are 10 a second; the other 80 take 8 s.
    #expect(
      recorder.all == "\rDetecting: 20/100 images, 10.0 images/s, 8.0 s left\u{1B}[K")
    // Redrawn at most ten times a second.
    reporter.advance()
    #expect(recorder.count == 1)
    clock.advance(by: 0.2)
    reporter.advance()
    #expect(recorder.count == 2)
    reporter.finish()
    reporter.finish()
    #expect(recorder.count == 3)
    #expect(recorder.all.hasSuffix("\r\u{1B}[K"))
  }

  @Test func theLineNeverFillsTheTerminal() {
    var (reporter, _) = reporter(isTerminal: true, columns: 20)
    clock.advance(by: 2)
    reporter.advance()
    #expect(recorder.all == "\rDetecting: 1/100 im\u{1B}[K")
  }

  @Test func aFileGetsPlainLinesThatBecomeRare() {
    var (reporter, _) = reporter(isTerminal: false, total: 1000)
    var times: [Int] = []
    for second in 1...250 {
      clock.advance(by: 1)
      let before = recorder.count
      reporter.advance()
      if recorder.count > before { times.append(second) }
    }
    reporter.finish()
    #expect(times == [10, 20, 40, 80, 140, 200])
    #expect(recorder.all.hasPrefix("Detecting: 10/1000 images, 1.00 images/s, 16 min 30 s left\n"))
    #expect(!recorder.all.contains("\u{1B}") && !recorder.all.contains("\r"))
  }

  @Test func otherLinesWipeTheLineOfProgress() throws {
    var (reporter, console) = reporter(isTerminal: true)
    clock.advance(by: 2)
    reporter.advance()
    recorder.clear()
    console.warn("odd")
    #expect(recorder.all == "\r\u{1B}[Kwarning: odd\n")
    recorder.clear()
    // Data that goes elsewhere leaves the line alone.
    clock.advance(by: 1)
    reporter.advance()
    recorder.clear()
    try console.print("data")
    #expect(recorder.all == "data\n")
  }
}
