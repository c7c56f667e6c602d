import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The built program from outside: what it prints where, and its exit codes.
@Suite struct CommandTests {
  @Test func theProgramIsThere() {
    #expect(BuiltProgram.exists, "looked for it beside the tests: \(BuiltProgram.url.path)")
  }

  @Test(arguments: ["--help", "-h", "help"])
  func helpListsTheCommands(word: String) throws {
    let result = try BuiltProgram.run([word])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics == "")
    for command in CommandList.all {
      #expect(result.output.contains("\n  \(command.name) "))
      #expect(result.output.contains(command.summary))
    }
  }

  @Test(arguments: CommandList.names)
  func everyCommandHasHelp(name: String) throws {
    let result = try BuiltProgram.run([name, "--help"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics == "")
    #expect(result.output.contains("Usage: glimpse \(name)"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(try BuiltProgram.run(["help", name]).output == result.output)
    let mistake = try BuiltProgram.run([name, "--no-such-option-at-all"])
    #expect(mistake.exitCode == 2)
  }

  @Test func theVersionIsOneLine() throws {
    for word in ["--version", "-V"] {
      let result = try BuiltProgram.run([word])
      #expect(result.output == "glimpse 0.1.0\n")
      #expect(result.exitCode == 0)
    }
  }

  @Test(arguments: [
    (["inof"], "error: unknown command 'inof'; did you mean info?\n"),
    (["zebra"], "error: unknown command 'zebra'; 'glimpse --help' lists the commands\n"),
    (["info", "--jsno"], "error: unknown option --jsno; did you mean --json?\n"),
    (["--versoin"], "error: unknown option --versoin before a command; did you mean --version?\n"),
    (["help", "inof"], "error: unknown command 'inof'; did you mean info?\n"),
    (["info", "--json=1"], "error: --json takes no value, but was given '1'\n"),
  ])
  func mistakesEndWithUsage(words: [String], sentence: String) throws {
    let result = try BuiltProgram.run(words)
    #expect(result.exitCode == 2)
    #expect(result.output == "")
    #expect(result.diagnostics == sentence)
  }

  @Test func nothingAtAllIsAnsweredWithHelp() throws {
    let result = try BuiltProgram.run([])
    #expect(result.exitCode == 2)
    #expect(result.output == "")
    #expect(result.diagnostics == (try BuiltProgram.run(["--help"]).output))
  }

  @Test func infoTellsTheMachine() throws {
    let result = try BuiltProgram.run(["info"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("threads "))
    #expect(result.diagnostics == "")
    let json = try BuiltProgram.run(["info", "--json"]).output
    #expect(json.split(separator: "\n").count == 1)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["threads"] as? Int ?? 0) >= 1)
    #expect(object?["version"] as? String == glimpseVersion)
  }

  @Test func escapeCodesNeedATerminal() throws {
    for words in [["--help"], ["info", "--help"], ["info"], ["inof"]] {
      let result = try BuiltProgram.run(words, environment: ["TERM": "xterm-256color"])
      #expect(!result.output.contains("\u{1B}") && !result.diagnostics.contains("\u{1B}"))
    }
  }

  @Test func aReaderThatLeavesIsNoError() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let result = try BuiltProgram.run(["--help"], output: pipe.fileHandleForWriting)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics == "")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
  func aFullDiskIsAnError() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let result = try BuiltProgram.run(["info"], output: full)
    #expect(result.exitCode == 1)
    #expect(
      result.diagnostics == "error: cannot write to standard output: No space left on device\n")
  }
}
