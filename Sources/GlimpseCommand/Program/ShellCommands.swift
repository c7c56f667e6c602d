import Glimpse

/// Prints the completions for a shell.
struct Completions: Command {
  var shell = Shell.bash

  static let name = "completions"
  static let summary = "Print completions for bash, zsh or fish"
  static let discussion = [
    "bash: source <(glimpse completions bash) in ~/.bashrc. zsh: write them to a file _glimpse in a "
      + "folder of fpath. fish: write them to ~/.config/fish/completions/glimpse.fish."
  ]
  static let arguments: [Positional<Completions>] = [
    .one("shell", \.shell, help: "The shell: \(Sentence.alternatives(Shell.words))")
  ]
  static let options: OptionGroups<Completions> = [:]
  static let examples: KeyValuePairs = [
    "source <(glimpse completions bash)": "Complete command lines in this shell.",
    "glimpse completions zsh > \"${fpath[1]}/_glimpse\"": "Complete them in every zsh.",
  ]

  func run(on console: Console) throws -> ExitCode {
    try console.write(shell.completions(of: CommandList.descriptions))
    return .done
  }
}

/// Prints the help of the program or of a command.
struct Help: Command {
  var command: String?

  static let name = "help"
  static let summary = "Print the help of a command, as --help after it"
  static let arguments = [
    Positional<Help>(
      name: "command", help: "The command; none for the list of all", count: 0...1,
      words: CommandList.names, apply: { $0.command = $1 })
  ]
  static let options: OptionGroups<Help> = [:]
  static let examples: KeyValuePairs = ["glimpse help train": "The options of train."]

  func run(on console: Console) throws -> ExitCode {
    Program.run([command, "--help"].compactMap(\.self), on: console)
  }
}

/// Prints the manual page.
struct Manual: Command {
  static let name = "man"
  static let summary = "Print the manual page, in roff"
  static let options: OptionGroups<Manual> = [:]
  static let examples: KeyValuePairs = [
    "glimpse man > glimpse.1 && man -l glimpse.1": "Write the manual page and show it."
  ]

  func run(on console: Console) throws -> ExitCode {
    try console.write(ManualPage(commands: CommandList.descriptions).text)
    return .done
  }
}
