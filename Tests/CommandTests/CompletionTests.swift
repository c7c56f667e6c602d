import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The completions and the manual page, in the shells that read them. All options come from the
/// declarations of the commands.
@Suite struct CompletionTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private static func path(of program: String) -> String? {
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program of the system in the folder; returns what it writes.
  private func run(_ program: String, _ words: String...) throws -> (
    code: Int32, output: String, errors: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.path(of: program)))
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    // Shells keep a history below the home folder.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["HOME": folder.path]) { $1 }
      .filter { !$0.key.hasPrefix("XDG_") }
    process.standardInput = FileHandle.nullDevice
    var handles: [FileHandle] = []
    for name in ["output", "errors"] {
      let path = "\(folder.path)/\(program).\(name)"
      FileManager.default.createFile(atPath: path, contents: nil)
      handles.append(try #require(FileHandle(forWritingAtPath: path)))
    }
    (process.standardOutput, process.standardError) = (handles[0], handles[1])
    try process.run()
    process.waitUntilExit()
    let texts = try ["output", "errors"].map {
      try String(contentsOfFile: "\(folder.path)/\(program).\($0)", encoding: .utf8)
    }
    return (process.terminationStatus, texts[0], texts[1])
  }

  /// The built program's script for a shell, written to a file; returns its name.
  private func script(_ shell: Shell) throws -> String {
    let result = try BuiltProgram.run(["completions", shell.rawValue], in: folder.path)
    #expect(result.exitCode == 0 && result.diagnostics.isEmpty)
    #expect(result.output == shell.completions(of: CommandList.descriptions))
    return try folder.write("completions.\(shell.rawValue)", result.output)
  }

  /// What bash offers for command lines whose last word is under the cursor.
  private func offered(_ lines: [[String]]) throws -> [Set<String>] {
    let calls = lines.map { words in
      let quoted = words.map { "'\($0)'" }.joined(separator: " ")
      return "COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); _glimpse; "
        + #"printf '%s\t' "${COMPREPLY[@]}"; echo"#
    }
    let harness = "source '\(try script(.bash))'\n" + calls.joined(separator: "\n") + "\n"
    let result = try run("bash", "--norc", try folder.write("harness.bash", harness))
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    return result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      Set($0.split(separator: "\t").map(String.init))
    }
  }

  @Test func bashCompletesCommandsAndAllOptions() throws {
    #expect(try run("bash", "-n", script(.bash)).errors.isEmpty)
    let commands = CommandList.descriptions
    let found = try offered([["glimpse", ""]] + commands.map { ["glimpse", $0.name, "-"] })
    #expect(found[0] == Set(CommandList.names + ["--help", "--version"]))
    for (command, options) in zip(commands, found.dropFirst()) {
      #expect(options == Set(command.flags.flatMap(\.spellings)), "\(command.name)")
      #expect(options.contains("--help"))
    }
  }

  /// Every option with a value, under every spelling and alias: its words, or files, or nothing.
  @Test func bashCompletesTheValuesOfAllOptions() throws {
    try folder.write("a file.txt", "")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/a folder", withIntermediateDirectories: false)
    var lines: [[String]] = []
    var expected: [Set<String>] = []
    for command in CommandList.descriptions {
      for flag in command.flags where flag.valueName != nil {
        for spelling in flag.spellings + flag.aliases {
          let values: Set<String> =
            switch flag.value {
            case .none: []
            case .words(let words): Set(words)
            case .file: ["a file.txt", "a folder"]
            case .folder: ["a folder"]
            }
          let start = if case .words = flag.value { "" } else { "a" }
          lines += [
            ["glimpse", command.name, spelling, start],
            ["glimpse", command.name, spelling, "=", start],
          ]
          expected += [values, values]
        }
      }
    }
    #expect(lines.count > 300)
    for (line, (found, values)) in zip(lines, zip(try offered(lines), expected)) {
      #expect(found == values, "\(line)")
    }
  }

  @Test func bashCompletesArgumentsAndLists() throws {
    try folder.write("a.jpg", "")
    let found = try offered([
      ["glimpse", "detect", "a"], ["glimpse", "check", "a."], ["glimpse", "completions", "z"],
      ["glimpse", "help", "exp"], ["glimpse", "evaluate", "--also", "voc,c"],
      ["glimpse", "detect", "--precision", "b"],
    ])
    #expect(
      found == [
        ["a.jpg"], ["a.jpg"], ["zsh"], ["export"], ["voc,counts", "voc,confusion"], ["bf16"],
      ])
  }

  @Test(.enabled(if: path(of: "zsh") != nil, "zsh is not installed"))
  func zshReadsItsScript() throws {
    let result = try run("zsh", "-n", script(.zsh))
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
  }

  /// The specs of zsh's `_arguments`: one per spelling, in the section of the command.
  @Test func zshHasAllOptions() throws {
    let text = Shell.zsh.completions(of: CommandList.descriptions)
    for command in CommandList.descriptions {
      let section = try #require(
        text.components(separatedBy: "\n    \(command.name))\n").last?
          .components(separatedBy: "\n      ;;\n").first)
      for flag in command.flags {
        for spelling in flag.spellings {
          let value = flag.valueName != nil && spelling.hasPrefix("--") ? "=[" : "["
          #expect(section.contains(spelling + value), "\(command.name) \(spelling)")
        }
      }
    }
  }

  @Test(.enabled(if: path(of: "fish") != nil, "fish is not installed"))
  func fishCompletesCommandsAndAllOptions() throws {
    let commands = CommandList.descriptions
    let lines = ["glimpse "] + commands.map { "glimpse \($0.name) --" }
    let calls = lines.map { "complete -C '\($0)'; echo ---" }.joined(separator: "\n")
    let harness = try folder.write("harness.fish", "source '\(try script(.fish))'\n\(calls)\n")
    let result = try run("fish", "--no-config", harness)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let found = result.output.components(separatedBy: "---\n").dropLast().map { block in
      Set(block.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
    }
    try #require(found.count == lines.count)
    #expect(found[0].isSuperset(of: CommandList.names))
    for (command, options) in zip(commands, found.dropFirst()) {
      let names = Set(command.flags.flatMap(\.spellings).filter { $0.hasPrefix("--") })
      #expect(options == names, "\(command.name)")
    }
  }

  @Test func theManualPageHasAllCommandsAndOptions() throws {
    let result = try BuiltProgram.run(["man"], in: folder.path)
    #expect(result.exitCode == 0 && result.output.hasPrefix(".TH GLIMPSE 1 "))
    // Plain ASCII needs no preprocessor.
    #expect(result.output.utf8.allSatisfy { $0 < 128 })
    let text = result.output.replacing("\\-", with: "-")
    for command in CommandList.descriptions {
      #expect(text.contains("\n.SS \(command.usage)\n"))
      for flag in command.flags { #expect(text.contains("\n.B \(flag.label)\n"), "\(flag.label)") }
    }
    for line in text.split(separator: "\n") where line.hasPrefix(".") {
      let request = line.prefix { $0 != " " }
      #expect(
        [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".RI", ".nf", ".fi", ".RS", ".RE"]
          .contains(String(request)), "\(line)")
    }
  }

  @Test(.enabled(if: path(of: "groff") != nil, "groff is not installed"))
  func groffFormatsTheManualPageWithoutWarnings() throws {
    let page = try folder.write(
      "glimpse.1", BuiltProgram.run(["man"], in: folder.path).output)
    let result = try run("groff", "-man", "-Tutf8", "-ww", page)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("glimpse"))
  }
}
