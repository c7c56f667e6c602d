import Basics
import Testing

@Suite struct DiagnosticTests {
  private struct SampleError: ModuleError {
    let diagnostic: Diagnostic
    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
  }

  /// Place, problem, expectation, finding and advice, each only where it is given.
  @Test func partsBecomeOneSentence() {
    #expect("\(Diagnostic("it broke"))" == "it broke")
    #expect("\(Diagnostic("no boxes", in: "a.txt"))" == "a.txt: no boxes")
    #expect(
      "\(Diagnostic("wrong size", found: "3x2", in: "a.txt", line: 4))"
        == "a.txt:4: wrong size: found 3x2")
    let full = Diagnostic(
      "bad row", expected: "5 numbers", found: "4", in: "a.txt", line: 1, advice: "add one")
    #expect("\(full)" == "a.txt:1: bad row: expected 5 numbers, found 4; add one")
  }

  @Test func fileErrorsBecomeTheModules() {
    func read() throws(SampleError) -> [UInt8] {
      try SampleError.wrap(FileContents.read("/nowhere/at/all", limit: 1)).bytes
    }
    let error = #expect(throws: SampleError.self) { try read() }
    #expect(
      error?.description
        == "/nowhere/at/all: there is no file of this name")
  }
}
