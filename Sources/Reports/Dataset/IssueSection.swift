import Datasets

/// The issues, one table per kind.
struct IssueSection: Sendable {
  let check: DatasetCheck

  /// Maximum number of issues per kind.
  private static let most = 100

  var markup: Markup {
    guard !check.issues.isEmpty else {
      return Page.section("Issues", "No issues found.")
    }
    return Page.section(
      "Issues",
      "Errors are labels or images that are lost or wrong. Warnings should be reviewed.",
      .element("div", ["class": "issues"], check.issuesByKind.map(table)))
  }

  private func table(
    _ kind: DatasetIssue.Kind, _ issues: [DatasetIssue]
  ) -> Markup {
    let severity = kind.severity.rawValue
    let rows = issues.prefix(Self.most).map { issue in
      Markup.element(
        "tr", [:],
        .element(
          "td", ["class": "place"], Markup(inside(issue.file) + (issue.line.map { ":\($0)" } ?? ""))
        ),
        .element("td", ["class": "words"], Markup(inside(issue.message))))
    }
    let rest = issues.count - rows.count
    return .element(
      "details", ["class": "card", "open": issues.count <= 10 ? "open" : nil],
      .element(
        "summary", [:], .element("span", ["class": "badge \(severity)"], Markup(severity)),
        Markup(" \(kind.rawValue) "), .element("span", ["class": "count"], "\(issues.count)")),
      .element("table", [:], .element("tbody", [:], rows)),
      rest > 0
        ? .element("p", ["class": "note"], Markup("and \(rest) more; --csv writes all of them"))
        : .none)
  }

  /// The text with paths relative to the dataset's folder.
  private func inside(_ text: String) -> String {
    text.replacing(check.path + "/", with: "")
  }
}
