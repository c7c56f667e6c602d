import Glimpse

/// The manual page of the program, in the macros of man(7).
struct ManualPage {
  let commands: [CommandDescription]

  var text: String {
    var page = """
      .TH GLIMPSE 1 "" "glimpse \(glimpseVersion)" "User Commands"
      .SH NAME
      glimpse \\- \(ProgramText.summary.escaped)
      .SH SYNOPSIS
      .B glimpse
      .I command
      .RI [ options ]
      .SH DESCRIPTION
      \(ProgramText.description.escaped)
      .PP
      An option is written as \\fB\\-\\-name value\\fR or \\fB\\-\\-name=value\\fR; after \\fB\\-\\-\\fR there are
      only arguments. Several values of one option are separated by commas.
      .SH COMMANDS

      """
    for command in commands { page += section(command) }
    page += ".SH EXIT STATUS\n"
    for (code, text) in ExitCode.meanings {
      page += ".TP\n.B \(code)\n\(text.escaped)\n"
    }
    return page
  }

  private func section(_ command: CommandDescription) -> String {
    var text = ".SS \(command.usage.escaped)\n\(command.summary.escaped).\n"
    for paragraph in command.discussion { text += ".PP\n\(paragraph.escaped)\n" }
    for argument in command.arguments {
      text += ".TP\n.B \(argument.usage.escaped)\n\(argument.help.escaped)\n"
    }
    for (title, flags) in command.groups {
      text += ".PP\n\(title.escaped):\n"
      for flag in flags { text += ".TP\n.B \(flag.label.escaped)\n\(flag.text.escaped)\n" }
    }
    for example in command.examples {
      text += ".PP\n\(example.text.escaped)\n.PP\n.nf\n.RS\n\(example.line.escaped)\n.RE\n.fi\n"
    }
    return text
  }
}

extension String {
  /// The text with the characters of roff escaped; no line begins with a request.
  fileprivate var escaped: String {
    let plain = replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return (plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" : "") + plain
  }
}
