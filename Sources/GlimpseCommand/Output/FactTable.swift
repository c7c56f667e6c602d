/// Names at the left, what there is to say about them in one column at the right.
struct FactTable: Sendable {
  struct Row: Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  let rows: [Row]

  init(_ rows: [Row]) {
    self.rows = rows
  }

  /// One line a row, each ended by a line feed.
  var text: String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { row in
      let padding = String(repeating: " ", count: width - row.name.count + 2)
      return row.name + padding + row.value + "\n"
    }.joined()
  }
}
