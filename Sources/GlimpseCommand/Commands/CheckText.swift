import Glimpse

/// The result of a check as text and JSON.
struct CheckText {
  let check: DatasetCheck

  /// The statistics, then the first `most` issues of each kind.
  func table(most: Int) -> String {
    [splits, classes, masks, issues(most: most), verdict].filter { !$0.isEmpty }.joined(
      separator: "\n")
  }

  private var splits: String {
    var notes = check.selections.map {
      "The split \(Sentence.printable($0)) only selects from these images.\n"
    }
    let turned = check.splits.reduce(0) { $0 + $1.turnedImages }
    if turned > 0 {
      notes.append(
        "\(Sentence.count(turned, "image")) rotated by EXIF; labels refer to the upright "
          + "\(turned == 1 ? "image" : "images").\n")
    }
    return check.splitTable.text + notes.joined()
  }

  private var classes: String {
    check.total.classObjects.contains { $0 > 0 } || check.total.classImages.contains { $0 > 0 }
      ? check.classTable.text : ""
  }

  private var masks: String {
    guard let table = check.maskTable else { return "" }
    let objects = check.total.maskObjects
    return table.text
      + (objects > 0 ? "The masks distinguish \(Sentence.count(objects, "object")).\n" : "")
  }

  private func issues(most: Int) -> String {
    check.issuesByKind.map { kind, issues in
      "\(kind.severity.rawValue): \(kind.rawValue) (\(issues.count))\n"
        + issues.prefix(most).map { "  \(Sentence.printable($0.description))\n" }.joined()
        + (issues.count > most ? "  and \(issues.count - most) more; --all lists them\n" : "")
    }.joined(separator: "\n")
  }

  private var verdict: String {
    let (errors, warnings) = (check.count(.error), check.count(.warning))
    if errors + warnings == 0 { return "No issues found.\n" }
    return "\(Sentence.count(errors, "error")), \(Sentence.count(warnings, "warning"))\n"
  }

  var json: JSONValue {
    let classes = check.classTable
    return [
      "data": .string(check.path), "format": .string(check.format.rawValue),
      "errors": .integer(check.count(.error)), "warnings": .integer(check.count(.warning)),
      "splits": check.splitTable.json,
      "selections": .array(check.selections.map { .string($0) }),
      "classes": .array(
        classes.rows.map { row in
          let members = classes.members(of: row)
          return .object([
            members[0], JSONMember(key: "counts", value: .object(Array(members.dropFirst()))),
          ])
        }),
      "masks": check.maskTable?.json ?? .array([]),
      "issues": check.issueTable.json,
    ]
  }
}
