import Glimpse

/// Formats the help of the program and of its commands.
struct HelpPage {
  /// The line width, at most `widest`.
  let columns: Int
  /// Whether headings are bold.
  let isStyled: Bool

  static let widest = TextOutput.widest
  private static let narrowest = 60
  /// The maximum label width; the text of longer labels starts on the next line.
  private static let widestLabel = 34

  init(columns: Int, isStyled: Bool) {
    self.columns = min(max(columns, Self.narrowest), Self.widest)
    self.isStyled = isStyled
  }

  /// `glimpse --help`.
  func program(_ commands: [any Command.Type]) -> String {
    let rows = commands.map { (label: $0.name, text: $0.summary) }
    let options: [Row] = [
      ("-h, --help", "Print this help; after a command, the help of that command"),
      ("-V, --version", "Print the version"),
    ]
    return """
      \(bold("glimpse")) \(glimpseVersion)
      \(ProgramText.summary)

      \(bold("Usage:")) glimpse <command> [options]

      \(section("Commands", rows, labelWidth(rows)))
      \(section("Options", options, labelWidth(options)))
      'glimpse <command> --help' shows the options and examples of a command.

      """
  }

  /// `glimpse <command> --help`.
  func command(_ command: CommandDescription) -> String {
    let arguments = command.arguments.map { (label: $0.usage, text: $0.help) }
    let groups = command.groups.map { group in (group.title, group.flags.map(row)) }
    let width = labelWidth(arguments + groups.flatMap(\.1))
    var page = wrap(command.summary, indent: 0)
    for paragraph in command.discussion { page += "\n" + wrap(paragraph, indent: 0) }
    page += "\n\(bold("Usage:")) \(command.usage)\n"
    if !arguments.isEmpty { page += "\n" + section("Arguments", arguments, width) }
    for (title, rows) in groups { page += "\n" + section(title, rows, width) }
    if !command.examples.isEmpty { page += "\n" + examples(command.examples) }
    return page
  }

  /// A label and the text beside it.
  private typealias Row = (label: String, text: String)

  /// Long names are aligned, whether there is a short one or not.
  private func row(_ flag: CommandDescription.Flag) -> Row {
    ((flag.spellings.count > 1 ? "" : "    ") + flag.label, flag.text)
  }

  private func labelWidth(_ rows: [Row]) -> Int {
    rows.map(\.label.count).filter { $0 <= Self.widestLabel }.max() ?? 0
  }

  private func section(_ title: String, _ rows: [Row], _ width: Int) -> String {
    var text = bold(title + ":") + "\n"
    for row in rows {
      let indent = 2 + width + 2
      let wrapped = wrap(row.text, indent: indent)
      if row.label.count <= width {
        let padding = String(repeating: " ", count: width - row.label.count + 2)
        text += "  " + row.label + padding + wrapped.drop { $0 == " " }
      } else {
        text += "  " + row.label + "\n" + wrapped
      }
    }
    return text
  }

  private func examples(_ examples: [(line: String, text: String)]) -> String {
    examples.reduce(bold("Examples:") + "\n") { text, example in
      text + "  \(example.line)\n" + wrap(example.text, indent: 6)
    }
  }

  /// Breaks a text into indented lines of at most `columns`.
  private func wrap(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > columns {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(line)
    return lines.map { margin + $0 + "\n" }.joined()
  }

  private func bold(_ text: String) -> String {
    isStyled ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }
}

/// What the program is, in the words of its help.
enum ProgramText {
  static let summary = "Object detection and segmentation on CPUs: train, run and evaluate models"
  static let description =
    "Glimpse detects objects in images, segments images, trains both kinds of networks on labeled "
    + "folders and evaluates them by COCO's rules, on CPUs."
}
