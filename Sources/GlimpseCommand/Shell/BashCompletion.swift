/// Completions for bash, from version 3.2 on and without the package bash-completion.
struct BashCompletion {
  let commands: [CommandDescription]

  var script: String {
    let names = (commands.map(\.name) + GeneralWord.all.map(\.name)).joined(separator: " ")
    return """
      # Completions of glimpse for bash. In ~/.bashrc: source <(glimpse completions bash)

      _glimpse_files() {
        local IFS=$'\\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen "$1" -- "$current"))
      }

      _glimpse_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }

      # The last word of a list that commas separate.
      _glimpse_list() {
        local first=
        [[ $current == *,* ]] && first=${current%,*},
        COMPREPLY=($(compgen -P "$first" -W "$1" -- "${current##*,}"))
        compopt -o nospace 2>/dev/null
      }

      _glimpse() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
        COMPREPLY=()
        if ((COMP_CWORD == 1)); then
          _glimpse_words "\(names)"
          return
        fi
        # '--name=value' is three words.
        if [[ $current == "=" ]]; then
          current=
        elif [[ $previous == "=" ]]; then
          previous=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        case ${COMP_WORDS[1]} in
      \(commands.map(section).joined(separator: "\n"))
        esac
      }

      complete -F _glimpse glimpse

      """
  }

  private func section(_ command: CommandDescription) -> String {
    // One branch for all options of the same values.
    var branches: [(spellings: [String], action: String)] = []
    for flag in command.flags where flag.valueName != nil {
      let action = action(flag.value, isList: flag.isList)
      let spellings = flag.spellings + flag.aliases
      if let place = branches.firstIndex(where: { $0.action == action }) {
        branches[place].spellings += spellings
      } else {
        branches.append((spellings, action))
      }
    }
    let cases = branches.map { branch in
      "          \(branch.spellings.joined(separator: " | "))) "
        + (branch.action.isEmpty ? "" : branch.action + "; ") + "return ;;"
    }
    let options = command.flags.flatMap(\.spellings).joined(separator: " ")
    // All places of the program's commands take the same kind of value.
    let argument = command.arguments.first.map { action($0.value, isList: false) } ?? ":"
    return """
          \(command.name))
            case $previous in
      \(cases.joined(separator: "\n"))
            esac
            if [[ $current == -* ]]; then
              _glimpse_words "\(options)"
            else
              \(argument)
            fi
            ;;
      """
  }

  private func action(_ value: CommandDescription.ValueKind, isList: Bool) -> String {
    switch value {
    case .none: ""
    case .words(let words):
      "\(isList ? "_glimpse_list" : "_glimpse_words") \"\(words.joined(separator: " "))\""
    case .file: "_glimpse_files -f"
    case .folder: "_glimpse_files -d"
    }
  }
}
