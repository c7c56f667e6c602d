/// A table of values that can be written as text, CSV and JSON, and by Reports as HTML.
public struct Table: Sendable, Equatable {
  /// A column: its heading for readers and its key for programs.
  public struct Column: Sendable, Equatable {
    /// The heading in text and HTML; nil to leave the column out there.
    public let title: String?
    /// The key in CSV and JSON; nil to leave the column out there.
    public let key: String?
    /// Whether the column holds words, aligned left; numbers are aligned right.
    public let isWords: Bool

    /// A column of numbers; without `key`, the key is the title.
    public static func numbers(_ title: String, key: String? = nil) -> Column {
      Column(title: title, key: key ?? title, isWords: false)
    }

    /// A column of words; without `key`, the key is the title.
    public static func words(_ title: String, key: String? = nil) -> Column {
      Column(title: title, key: key ?? title, isWords: true)
    }

    /// A column in CSV and JSON only.
    public static func hidden(_ key: String) -> Column {
      Column(title: nil, key: key, isWords: false)
    }

    /// A column in text and HTML only.
    public static func shown(_ title: String, isWords: Bool = false) -> Column {
      Column(title: title, key: nil, isWords: isWords)
    }
  }

  /// A value of one row and column.
  public enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// Written with `digits` decimal places in text and HTML, with all digits in CSV and JSON.
    case number(Double, digits: Int)
    /// Written with about three digits in text and HTML, with all digits in CSV and JSON.
    case decimal(Double)
    /// A size in bytes, written in text and HTML with a unit such as MiB.
    case bytes(Int)
    case list([String])
    /// A shape, such as height, width and channels.
    case extents([Int])
    /// Not measurable: "-" in text and HTML, an empty field in CSV, null in JSON.
    case missing
    /// No value: blank in text and HTML, an empty field in CSV, left out in JSON.
    case blank

    /// A metric with three decimal places; `missing` if it is negative (COCO's -1 for undefined).
    public static func fraction(_ value: Double) -> Value {
      value < 0 ? .missing : .number(value, digits: 3)
    }
  }

  /// The columns, from left to right.
  public let columns: [Column]
  /// The rows, each with one value per column.
  public private(set) var rows: [[Value]] = []
  /// The summary row, such as totals, at the end of text and HTML; nil for none.
  public private(set) var summary: [Value]?

  /// Creates a table without rows.
  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Creates a table of names and values without headings.
  public init(facts: KeyValuePairs<String, Value>) {
    self.init([.shown("", isWords: true), .shown("", isWords: true)])
    for (name, value) in facts { add([.text(name), value]) }
  }

  /// Appends a row with one value per column.
  public mutating func add(_ row: [Value]) {
    precondition(row.count == columns.count, "\(row.count) values in \(columns.count) columns")
    rows.append(row)
  }

  /// Sets the summary row, with one value per column.
  public mutating func summarize(_ row: [Value]) {
    precondition(row.count == columns.count, "\(row.count) values in \(columns.count) columns")
    summary = row
  }

  /// The indices of the columns in text and HTML.
  package var shownColumns: [Int] { columns.indices.filter { columns[$0].title != nil } }
}

extension Table.Value: ExpressibleByStringInterpolation {
  /// Creates a text value.
  public init(stringLiteral text: String) { self = .text(text) }
}

extension Table.Value {
  /// The value in text and HTML, with control characters escaped.
  package var text: String {
    switch self {
    case .text(let text): Sentence.printable(text)
    case .integer(let number): "\(number)"
    case .number(let number, let digits): NumberFormat.fixed(number, digits)
    case .decimal(let number): NumberFormat.decimal(number)
    case .bytes(let count): NumberFormat.bytes(count)
    case .list(let texts): texts.map(Sentence.printable).joined(separator: ", ")
    case .extents(let extents): extents.map(String.init).joined(separator: " x ")
    case .missing: "-"
    case .blank: ""
    }
  }

  /// The value as a CSV field, with all digits.
  fileprivate var field: String {
    switch self {
    case .text(let text): text
    case .number(let number, _), .decimal(let number): "\(number)"
    case .integer(let count), .bytes(let count): "\(count)"
    case .list, .extents: text
    case .missing, .blank: ""
    }
  }

  /// The value in JSON, with all digits.
  package var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .integer(let count), .bytes(let count): .integer(count)
    case .number(let number, _), .decimal(let number): .number(number)
    case .list(let texts): .array(texts.map { .string($0) })
    case .extents(let extents): .array(extents.map { .integer($0) })
    case .missing, .blank: .null
    }
  }
}

extension Table {
  /// The table as aligned plain text, with headings if there are any; every line ends with a line
  /// feed.
  public var text: String {
    let shown = shownColumns
    let titles = shown.map { columns[$0].title ?? "" }
    let lines =
      (titles.allSatisfy(\.isEmpty) ? [] : [titles])
      + (rows + (summary.map { [$0] } ?? [])).map { row in shown.map { row[$0].text } }
    let widths = shown.indices.map { place in lines.map { $0[place].count }.max() ?? 0 }
    return lines.map { cells in
      var line = ""
      for (place, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[place] - cell.count)
        line += place > 0 ? "  " : ""
        line += columns[shown[place]].isWords ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// The table as CSV with a header row of keys (RFC 4180), without the summary row.
  public var csv: String {
    let kept = columns.indices.filter { columns[$0].key != nil }
    func line(_ fields: [String]) -> String {
      fields.map { field in
        let isPlain = field.unicodeScalars.allSatisfy { !"\",\r\n".unicodeScalars.contains($0) }
        return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
      }.joined(separator: ",") + "\r\n"
    }
    return line(kept.compactMap { columns[$0].key })
      + rows.map { row in line(kept.map { row[$0].field }) }.joined()
  }

  /// An array with an object per row, without the summary row.
  package var json: JSONValue { .array(rows.map { .object(members(of: $0)) }) }

  /// The members of a table of names and values: one per row.
  package var factMembers: [JSONMember] {
    rows.map { JSONMember(key: $0[0].field.replacing(" ", with: "_"), value: $0[1].json) }
  }

  /// An object with a member per row: its key is the first column, its value holds the others.
  package var jsonByName: JSONValue {
    .object(
      rows.map { row in
        JSONMember(
          key: row[0].field.replacing(" ", with: "_"),
          value: .object(Array(members(of: row).dropFirst())))
      })
  }

  /// The keys and values of a row; blank values are left out.
  package func members(of row: [Value]) -> [JSONMember] {
    zip(columns, row).compactMap { column, value in
      guard let key = column.key, value != .blank else { return nil }
      return JSONMember(key: key, value: value.json)
    }
  }
}
