import Glimpse

/// The shells that there are completions for.
enum Shell: String, OptionWord {
  case bash, zsh, fish

  /// The script that completes the program's command lines.
  func completions(of commands: [CommandDescription]) -> String {
    switch self {
    case .bash: BashCompletion(commands: commands).script
    case .zsh: ZshCompletion(commands: commands).script
    case .fish: FishCompletion(commands: commands).script
    }
  }
}

/// What may stand in place of a command, besides commands.
enum GeneralWord {
  static let all = [
    (name: "--help", text: "Print the help"), (name: "--version", text: "Print the version"),
  ]
}
