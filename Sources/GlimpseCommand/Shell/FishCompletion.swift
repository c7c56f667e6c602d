/// Completions for fish.
struct FishCompletion {
  let commands: [CommandDescription]

  var script: String {
    let words = commands.map { ($0.name, $0.summary) } + GeneralWord.all.map { ($0.name, $0.text) }
    return """
      # Completions of glimpse for fish: glimpse completions fish > ~/.config/fish/completions/glimpse.fish

      function __glimpse_command
        set -l words (commandline -opc)
        test (count $words) -ge 2; and contains -- $words[2] $argv
      end

      function __glimpse_no_command
        test (count (commandline -opc)) -eq 1
      end

      complete -c glimpse -f
      \(words.map { "complete -c glimpse -n __glimpse_no_command -a \($0.0) -d \(quoted($0.1))" }
        .joined(separator: "\n"))

      \(commands.map(section).joined(separator: "\n\n"))

      """
  }

  private func section(_ command: CommandDescription) -> String {
    let start = "complete -c glimpse -n '__glimpse_command \(command.name)'"
    let arguments = Set(command.arguments.map(\.value)).map { start + action($0, isOption: false) }
    let flags = command.flags.map { flag in
      let names = flag.spellings.map {
        $0.hasPrefix("--") ? " -l \($0.dropFirst(2))" : " -s \($0.dropFirst())"
      }
      let value = flag.valueName == nil ? "" : action(flag.value, isOption: true)
      return start + names.joined() + value + " -d \(quoted(flag.help))"
    }
    return (arguments + flags).joined(separator: "\n")
  }

  private func action(_ value: CommandDescription.ValueKind, isOption: Bool) -> String {
    switch value {
    case .none: isOption ? " -x" : ""
    case .words(let words): (isOption ? " -x" : "") + " -a \(quoted(words.joined(separator: " ")))"
    case .file: (isOption ? " -r" : "") + " -F"
    case .folder: (isOption ? " -x" : "") + " -a '(__fish_complete_directories)'"
    }
  }

  private func quoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
