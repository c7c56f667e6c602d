/// Columns and rows of values, written as text, CSV, JSON or, by Reports, HTML.
public struct Table: Sendable, Equatable {
  /// A column: how people and how programs call it.
  public struct Column: Sendable, Equatable {
    /// The heading in text and HTML; nil where the column is left out there.
    public let title: String?
    /// The key in CSV and JSON; nil where the column is left out there.
    public let key: String?
    /// Words stand at the left, numbers at the right.
    public let isWords: Bool

    /// A column of numbers, whose key is its title where none is given.
    public static func numbers(_ title: String, key: String? = nil) -> Column {
      Column(title: title, key: key ?? title, isWords: false)
    }

    /// A column of words, whose key is its title where none is given.
    public static func words(_ title: String, key: String? = nil) -> Column {
      Column(title: title, key: key ?? title, isWords: true)
    }

    /// A column that only programs read.
    public static func hidden(_ key: String) -> Column {
      Column(title: nil, key: key, isWords: false)
    }

    /// A column that only people read.
    public static func shown(_ title: String, isWords: Bool = false) -> Column {
      Column(title: title, key: nil, isWords: isWords)
    }
  }

  /// The value in a row and column.
  public enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// Written with `digits` after the point for people, with all digits for programs.
    case number(Double, digits: Int)
    /// About three digits for people, all for programs.
    case decimal(Double)
    /// A size in memory.
    case bytes(Int)
    case list([String])
    /// Extents such as height, width and channels.
    case extents([Int])
    /// Nothing to measure: "-" for people, an empty field in CSV, null in JSON.
    case missing
    /// Nothing to state: blank for people, an empty field in CSV, left out in JSON.
    case blank

    /// A fraction with three digits; missing where it is negative, as metrics mark it.
    public static func fraction(_ value: Double) -> Value {
      value < 0 ? .missing : .number(value, digits: 3)
    }
  }

  /// The columns, from left to right.
  public let columns: [Column]
  /// A value per column in each row.
  public private(set) var rows: [[Value]] = []
  /// A last row over all others, for people only.
  public private(set) var summary: [Value]?

  /// A table without rows.
  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Names at the left and their values at the right, without headings.
  public init(facts: KeyValuePairs<String, Value>) {
    self.init([.shown("", isWords: true), .shown("", isWords: true)])
    for (name, value) in facts { add([.text(name), value]) }
  }

  /// Adds a row with one value per column.
  public mutating func add(_ row: [Value]) {
    precondition(row.count == columns.count, "\(row.count) values in \(columns.count) columns")
    rows.append(row)
  }

  /// Sets the last row, with one value per column.
  public mutating func summarize(_ row: [Value]) {
    precondition(row.count == columns.count, "\(row.count) values in \(columns.count) columns")
    summary = row
  }

  /// The columns that people see.
  package var shownColumns: [Int] { columns.indices.filter { columns[$0].title != nil } }
}

extension Table.Value: ExpressibleByStringInterpolation {
  /// A text.
  public init(stringLiteral text: String) { self = .text(text) }
}

extension Table.Value {
  /// As people read it, control characters escaped.
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

  /// As a field of a CSV file, all digits kept.
  fileprivate var field: String {
    switch self {
    case .text(let text): text
    case .number(let number, _), .decimal(let number): "\(number)"
    case .integer(let count), .bytes(let count): "\(count)"
    case .list, .extents: text
    case .missing, .blank: ""
    }
  }

  /// As JSON, all digits kept.
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
  /// Aligned columns under their headings, if there are any, each line ended by a line feed.
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

  /// Comma-separated values under their keys (RFC 4180); the summary is left out.
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

  /// An array with an object per row; the summary is left out.
  package var json: JSONValue { .array(rows.map { .object(members(of: $0)) }) }

  /// Of a table of facts: a member per row.
  package var factMembers: [JSONMember] {
    rows.map { JSONMember(key: $0[0].field.replacing(" ", with: "_"), value: $0[1].json) }
  }

  /// An object with a member per row, named by the first column and holding the others.
  package var jsonByName: JSONValue {
    .object(
      rows.map { row in
        JSONMember(
          key: row[0].field.replacing(" ", with: "_"),
          value: .object(Array(members(of: row).dropFirst())))
      })
  }

  /// The keys and values of a row.
  package func members(of row: [Value]) -> [JSONMember] {
    zip(columns, row).compactMap { column, value in
      guard let key = column.key, value != .blank else { return nil }
      return JSONMember(key: key, value: value.json)
    }
  }
}
