import Glimpse

/// What is wrong, a table a kind.
struct FindingSection: Sendable {
  let check: DatasetCheck

  /// Findings of a kind that a page lists.
  private static let most = 100

  var markup: Markup {
    guard !check.problems.isEmpty else {
      return Page.section("Findings", "Nothing is wrong.")
    }
    return Page.section(
      "Findings",
      "Errors are labels or images that are lost or wrong. Warnings are worth a look.",
      .element("div", ["class": "findings"], check.problemsByKind.map(table)))
  }

  private func table(
    _ kind: DatasetProblem.Kind, _ problems: [DatasetProblem]
  ) -> Markup {
    let severity = kind.severity.rawValue
    let rows = problems.prefix(Self.most).map { problem in
      Markup.element(
        "tr", [:], .element("td", ["class": "place"], Markup(place(problem))),
        .element("td", ["class": "words"], Markup(inside(problem.message))))
    }
    let rest = problems.count - rows.count
    return .element(
      "details", problems.count <= 10 ? ["class": "card", "open": "open"] : ["class": "card"],
      .element(
        "summary", [:], .element("span", ["class": "badge \(severity)"], Markup(severity)),
        Markup(" \(kind.rawValue) "), .element("span", ["class": "count"], "\(problems.count)")),
      .element("table", [:], .element("tbody", [:], rows)),
      rest > 0
        ? .element("p", ["class": "note"], Markup("and \(rest) more; --csv writes all to a sheet"))
        : .none)
  }

  private func place(_ problem: DatasetProblem) -> String {
    inside(problem.file) + (problem.line.map { ":\($0)" } ?? "")
  }

  /// A text with paths as they are inside of the data set's folder.
  private func inside(_ text: String) -> String {
    text.replacing(check.path + "/", with: "")
  }
}
