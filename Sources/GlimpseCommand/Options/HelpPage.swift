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
      Object detection on CPUs: train, run and evaluate models

      \(bold("Usage:")) glimpse <command> [options]

      \(section("Commands", rows, labelWidth(rows)))
      \(section("Options", options, labelWidth(options)))
      'glimpse <command> --help' shows the options and examples of a command.

      """
  }

  /// `glimpse <command> --help`.
  func command<C: Command>(_ command: C.Type) -> String {
    let defaults = C()
    let arguments = C.arguments.map { (label: $0.usage, text: $0.help) }
    let general: Row = ("-h, --help", "Print this help")
    let groups = C.options.groups.map { group in
      (group.title, group.options.map { row($0, defaults) })
    }
    let width = labelWidth(arguments + groups.flatMap(\.1) + [general])
    let usage = (["glimpse", C.name, "[options]"] + C.arguments.map(\.usage)).joined(separator: " ")

    var page = wrap(C.summary, indent: 0)
    for paragraph in C.discussion { page += "\n" + wrap(paragraph, indent: 0) }
    page += "\n\(bold("Usage:")) \(usage)\n"
    if !arguments.isEmpty { page += "\n" + section("Arguments", arguments, width) }
    for (title, rows) in groups { page += "\n" + section(title, rows, width) }
    page += "\n" + section("General", [general], width)
    if !C.examples.isEmpty { page += "\n" + examples(C.examples) }
    return page
  }

  /// A label and the text beside it.
  private typealias Row = (label: String, text: String)

  private func row<C: Command>(_ option: Option<C>, _ defaults: C) -> Row {
    let short = option.short.map { "-\($0), " } ?? "    "
    let value = option.valueName.map { " <\($0)>" } ?? ""
    let notes = option.notes(defaults)
    let text = notes.isEmpty ? option.help : "\(option.help) [\(notes.joined(separator: "; "))]"
    return (short + option.spelling + value, text)
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

  private func examples(_ examples: KeyValuePairs<String, String>) -> String {
    examples.reduce(bold("Examples:") + "\n") { text, example in
      text + "  \(example.key)\n" + wrap(example.value, indent: 6)
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
