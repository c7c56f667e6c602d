import Basics

/// Reads a list of images entry by entry: one path per line, a column of a CSV file, or JSON Lines.
struct ListReader {
  /// The form of a list.
  enum Form {
    case paths
    /// With the name of the column; nil for the usual ones.
    case csv(column: String?)
    /// With the key of the path; nil for the usual ones.
    case jsonLines(key: String?)
    /// Paths, or JSON Lines where the first character is a brace.
    case standardInput(column: String?)

    /// The form by the file extension; nil for other files.
    init?(path: String, column: String?) {
      switch FilePath.ending(path) {
      case "txt": self = .paths
      case "csv": self = .csv(column: column)
      case "jsonl", "ndjson": self = .jsonLines(key: column)
      default: return nil
      }
    }
  }

  /// The name in messages.
  let name: String
  private let path: String
  private let isStandardInput: Bool
  private var form: Form
  private var lines: PathListReader
  private var columns: (path: Int, id: Int?)?

  private static let pathNames = [
    "path", "file", "file_name", "filename", "image", "image_path", "filepath",
  ]

  init(_ stream: ByteStream, _ form: Form) {
    (path, self.form) = (stream.name, form)
    if case .standardInput = form { isStandardInput = true } else { isStandardInput = false }
    name = isStandardInput ? stream.name : "the list \(Sentence.quoted(stream.name))"
    lines = PathListReader(stream, name: isStandardInput ? name : stream.name)
  }

  /// The next image; nil at the end.
  mutating func next() throws(FileError) -> InputItem? {
    guard let line = try lines.next() else { return nil }
    if case .standardInput(let column) = form {
      form = line.path.hasPrefix("{") ? .jsonLines(key: column) : .paths
    }
    guard line.isUTF8 else {
      return unusable(line, "the name \(Sentence.quoted(line.path)) is not UTF-8; rename the file")
    }
    switch form {
    case .paths, .standardInput: return item(line.path)
    case .csv(let column):
      let cells = try row(line)
      guard let columns else {
        try readHeader(cells, column)
        return try next()
      }
      guard columns.path < cells.count, !cells[columns.path].isEmpty else {
        return unusable(line, "the row has no path in column \(columns.path + 1)")
      }
      let id = columns.id.flatMap { $0 < cells.count ? cells[$0] : nil }
      return item(cells[columns.path], id: id)
    case .jsonLines(let key):
      guard let value = try? JSONValue(parsing: Array(line.path.utf8)), case .object = value else {
        return unusable(line, "the line is no JSON object")
      }
      let names = key.map { [$0] } ?? Self.pathNames
      guard let path = names.lazy.compactMap({ value[$0]?.text }).first, !path.isEmpty else {
        return unusable(line, "the object has no \(Sentence.quoted(names[0]))")
      }
      return item(path, id: value["id"].flatMap { $0.text ?? $0.whole.map(String.init) })
    }
  }

  /// A path of the list; relative ones are resolved against the list's folder first, then the working
  /// directory.
  private func item(_ entry: String, id: String? = nil) -> InputItem {
    var resolved = entry
    if !isStandardInput, !entry.hasPrefix("/") {
      let beside = Self.join(path.contains("/") ? FilePath.folder(path) : "", entry)
      let isBeside = FileContents.entry(beside) != .nothing
      if isBeside || FileContents.entry(entry) == .nothing { resolved = beside }
    }
    return InputItem(
      id: id ?? resolved, path: resolved,
      name: entry.hasPrefix("/") ? nil : OutputPath.inside(entry))
  }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || folder == "." && name.hasPrefix("./") { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// An entry that names no file, which fails in its turn.
  private func unusable(_ line: PathList.Entry, _ reason: String) -> InputItem {
    let error = InferenceError(reason, in: path, line: line.number)
    return InputItem(path: "\(path):\(line.number)", content: .unusable(error))
  }

  /// The cells of a row of CSV (RFC 4180), which may contain line breaks in quotes.
  private mutating func row(_ line: PathList.Entry) throws(FileError) -> [String] {
    var text = line.path
    while text.count(where: { $0 == "\"" }) % 2 == 1, let more = try lines.next() {
      text += "\n" + more.path
    }
    var cells: [String] = [""]
    var isQuoted = false
    var previous: Character?
    for character in text {
      switch character {
      case "\"":
        // A second quote directly after one is a quote of the text.
        if !isQuoted, previous == "\"" { cells[cells.count - 1].append("\"") }
        isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
      previous = character
    }
    return cells
  }

  private mutating func readHeader(_ names: [String], _ column: String?) throws(FileError) {
    let wanted = column.map { [$0] } ?? Self.pathNames
    let place = wanted.lazy.compactMap { name in
      names.firstIndex { $0.lowercased() == name.lowercased() }
    }.first
    guard let place else {
      throw FileError(
        .read, path, line: 1, isOfContent: true,
        "it has no column \(Sentence.quoted(wanted[0])), but "
          + names.map { Sentence.quoted($0) }.joined(separator: ", ")
          + "; name the one of the paths with --column")
    }
    columns = (place, names.firstIndex { $0.lowercased() == "id" })
  }
}
