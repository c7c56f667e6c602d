import Foundation
import Testing

import Glimpse
@testable import GlimpseCommand

@Suite struct TextTableTests {
  /// Written by hand: words to the left, numbers to the right, no spaces at the ends of lines.
  @Test func columnsAreAligned() {
    var table = TextTable([.init("name", .left), .init("count"), .init("note", .left)])
    table.add("a", "1", "")
    table.add("longer", "12345", "x")
    #expect(
      table.text == """
        name    count  note
        a           1
        longer  12345  x

        """)
  }
}

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
