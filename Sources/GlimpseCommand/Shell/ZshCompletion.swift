/// Completions for zsh: a function for a folder of `fpath`, which may be sourced, too.
struct ZshCompletion {
  let commands: [CommandDescription]

  var script: String {
    let words = commands.map { ($0.name, $0.summary) } + GeneralWord.all.map { ($0.name, $0.text) }
    return """
      #compdef glimpse
      # Completions of glimpse for zsh: glimpse completions zsh > "${fpath[1]}/_glimpse"

      _glimpse() {
        local -a commands
        commands=(
      \(words.map { "    " + quoted("\($0.0):\($0.1)") }.joined(separator: "\n"))
        )
        if ((CURRENT == 2)); then
          _describe -t commands command commands
          return
        fi
        shift words
        ((CURRENT -= 1))
        case $words[1] in
      \(commands.map(section).joined(separator: "\n"))
        esac
      }

      if [[ $funcstack[1] == _glimpse ]]; then
        _glimpse "$@"
      else
        compdef _glimpse glimpse
      fi

      """
  }

  private func section(_ command: CommandDescription) -> String {
    let specs =
      command.flags.flatMap { flag in
        flag.spellings.map { spec(flag, $0) }
      }
      + command.arguments.enumerated().map { index, argument in
        (argument.isRepeated ? "*" : "\(index + 1)") + (argument.isRequired ? "" : ":")
          + ":\(argument.name):\(action(argument.value, isList: false))"
      }
    return """
          \(command.name))
            _arguments -s \\
      \(specs.map { "        " + quoted($0) }.joined(separator: " \\\n"))
            ;;
      """
  }

  private func spec(_ flag: CommandDescription.Flag, _ spelling: String) -> String {
    let excluded = flag.spellings.count > 1 ? "(\(flag.spellings.joined(separator: " ")))" : ""
    let help = escaped(flag.help)
    guard let valueName = flag.valueName else { return "\(excluded)\(spelling)[\(help)]" }
    return excluded + spelling + (spelling.hasPrefix("--") ? "=" : "") + "[\(help)]"
      + ":\(valueName):\(action(flag.value, isList: flag.isList))"
  }

  private func action(_ value: CommandDescription.ValueKind, isList: Bool) -> String {
    switch value {
    case .none: " "
    case .words(let words):
      isList
        ? "_values -s , word \(words.joined(separator: " "))" : "(\(words.joined(separator: " ")))"
    case .file: "_files"
    case .folder: "_files -/"
    }
  }

  /// Text of a spec: brackets end it, colons separate its parts.
  private func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
      .replacing(":", with: "\\:")
  }

  private func quoted(_ text: String) -> String {
    "'\(text.replacing("'", with: "'\\''"))'"
  }
}
