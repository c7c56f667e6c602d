import Glimpse

/// What is wrong, a table a kind.
struct IssueSection: Sendable {
  let check: DatasetCheck

  /// Issues of a kind that a page lists.
  private static let most = 100

  var markup: Markup {
    guard !check.issues.isEmpty else {
      return Page.section("Findings", "Nothing is wrong.")
    }
    return Page.section(
      "Findings",
      "Errors are labels or images that are lost or wrong. Warnings are worth a look.",
      .element("div", ["class": "issues"], check.issuesByKind.map(table)))
  }

  private func table(
    _ kind: DatasetIssue.Kind, _ issues: [DatasetIssue]
  ) -> Markup {
    let severity = kind.severity.rawValue
    let rows = issues.prefix(Self.most).map { issue in
      Markup.element(
        "tr", [:], .element("td", ["class": "place"], Markup(place(issue))),
        .element("td", ["class": "words"], Markup(inside(issue.message))))
    }
    let rest = issues.count - rows.count
    return .element(
      "details", issues.count <= 10 ? ["class": "card", "open": "open"] : ["class": "card"],
      .element(
        "summary", [:], .element("span", ["class": "badge \(severity)"], Markup(severity)),
        Markup(" \(kind.rawValue) "), .element("span", ["class": "count"], "\(issues.count)")),
      .element("table", [:], .element("tbody", [:], rows)),
      rest > 0
        ? .element("p", ["class": "note"], Markup("and \(rest) more; --csv writes all to a sheet"))
        : .none)
  }

  private func place(_ issue: DatasetIssue) -> String {
    inside(issue.file) + (issue.line.map { ":\($0)" } ?? "")
  }

  /// A text with paths as they are inside of the dataset's folder.
  private func inside(_ text: String) -> String {
    text.replacing(check.path + "/", with: "")
  }
}
