import Foundation
import Testing

import Glimpse
@testable import GlimpseCommand

@Suite struct IssueNotesTests {
  @Test func theFirstAreToldAndTheRestCounted() {
    let recorder = Recorder()
    var notes = IssueReporter(
      on: Console(output: recorder.output(), diagnostics: recorder.output()))
    for number in 0..<13 { notes.add("problem \(number)") }
    notes.finish()
    notes.finish()
    let lines = recorder.all.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[0] == "warning: problem 0")
    #expect(lines[10] == "warning: and 3 more issues")
  }
}
