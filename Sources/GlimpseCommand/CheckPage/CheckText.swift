import Glimpse

/// What a check found, for people, for scripts and for spreadsheets.
struct CheckText {
  let check: DatasetCheck

  init(_ check: DatasetCheck) {
    self.check = check
  }

  // MARK: For people

  /// The numbers, then the issues by kind, of each kind the first `most`.
  func table(most: Int) -> String {
    [facts, classes, issues(most: most), verdict].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var facts: String {
    var table = TextTable([
      .init("split", .left), .init("images"), .init("objects"), .init("without labels"),
      .init("small"), .init("medium"), .init("large"),
    ])
    for split in check.splits {
      let numbers = split.statistics
      let areas =
        numbers.areas.total == numbers.objects
        ? numbers.areas.counts.map { "\($0)" } : ["-", "-", "-"]
      table.add(
        [
          Sentence.printable(split.dataset.split), "\(numbers.images)", "\(numbers.objects)",
          "\(numbers.backgrounds)",
        ] + areas)
    }
    var notes = check.selections.map {
      "The split \(Sentence.printable($0)) only chooses among these images.\n"
    }
    let turned = check.splits.reduce(0) { $0 + $1.turnedImages }
    if turned > 0 {
      notes.append(
        "EXIF turns \(Sentence.count(turned, "image")) upright; labels are taken to be of the "
          + "upright ones.\n")
    }
    return table.text + notes.joined()
  }

  /// Objects of each class in each split; images where they are labeled as a whole.
  private var classes: String {
    let counts = ClassCounts(check)
    guard counts.rows.contains(where: { $0.total > 0 }) else { return "" }
    var table = TextTable(
      [.init("class", .left)] + check.splits.map { .init(Sentence.printable($0.dataset.split)) }
        + (check.splits.count > 1 ? [.init("all")] : []))
    for row in counts.rows {
      table.add(
        [Sentence.printable(row.name)] + row.counts.map { "\($0)" }
          + (check.splits.count > 1 ? ["\(row.total)"] : []))
    }
    return table.text
  }

  private func issues(most: Int) -> String {
    var text = ""
    for (kind, issues) in check.issuesByKind {
      text += text.isEmpty ? "" : "\n"
      text += "\(kind.severity.rawValue): \(kind.rawValue) (\(issues.count))\n"
      for issue in issues.prefix(most) {
        text += "  \(Sentence.printable(issue.description))\n"
      }
      if issues.count > most {
        text += "  and \(issues.count - most) more; --all lists them\n"
      }
    }
    return text
  }

  private var verdict: String {
    let (errors, warnings) = (check.count(.error), check.count(.warning))
    if errors + warnings == 0 { return "Nothing is wrong.\n" }
    return "\(Sentence.count(errors, "error")), \(Sentence.count(warnings, "warning"))\n"
  }

  // MARK: For scripts

  var json: JSONValue {
    let counts = ClassCounts(check)
    return [
      "data": .string(check.path), "format": .string(check.format.rawValue),
      "errors": .integer(check.count(.error)), "warnings": .integer(check.count(.warning)),
      "splits": .array(
        check.splits.map { split in
          let numbers = split.statistics
          return [
            "name": .string(split.dataset.split), "images": .integer(numbers.images),
            "objects": .integer(numbers.objects), "without_labels": .integer(numbers.backgrounds),
            "small": .integer(numbers.areas.counts[0]),
            "medium": .integer(numbers.areas.counts[1]),
            "large": .integer(numbers.areas.counts[2]),
            "turned_by_exif": .integer(split.turnedImages),
          ]
        }),
      "selections": .array(check.selections.map { .string($0) }),
      "classes": .array(
        counts.rows.map { row in
          [
            "name": .string(row.name),
            "counts": .object(
              zip(check.splits, row.counts).map {
                JSONMember(key: $0.dataset.split, value: .integer($1))
              }),
          ]
        }),
      "issues": .array(
        check.issues.map { issue in
          [
            "severity": .string(issue.kind.severity.rawValue),
            "kind": .string(issue.kind.rawValue), "file": .string(issue.file),
            "line": issue.line.map { .integer($0) } ?? .null,
            "message": .string(issue.message),
          ]
        }),
    ]
  }

  /// A row an issue, with a heading.
  var sheet: String {
    let rows = check.issues.map { issue in
      [
        issue.kind.severity.rawValue, issue.kind.rawValue, issue.file,
        issue.line.map { "\($0)" } ?? "", issue.message,
      ]
    }
    return CSV.text([["severity", "kind", "file", "line", "message"]] + rows)
  }
}
