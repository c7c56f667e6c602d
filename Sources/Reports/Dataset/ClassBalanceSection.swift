import Basics
import Datasets

/// The number of objects of each class in each split.
struct ClassBalanceSection: Sendable {
  let splits: [(name: String, statistics: DatasetStatistics)]
  let classNames: [String]

  /// Maximum number of classes in a chart.
  private static let most = 30

  var markup: Markup {
    let counts = ClassCounts(splits.map(\.statistics), classNames: classNames)
    guard counts.rows.contains(where: { $0.total > 0 }) else { return .none }
    let shown = counts.rows.sorted { $0.total > $1.total }.prefix(Self.most)
    let left = counts.rows.count - shown.count
    let cards = splits.indices.map { split in
      let sum = counts.rows.reduce(0) { $0 + $1.counts[split] }
      let most = counts.rows.map { $0.counts[split] }.max() ?? 0
      return Page.card(
        "\(splits[split].name): \(Sentence.count(sum, counts.areObjects ? "object" : "image"))",
        BarChart(
          label: "Classes of the split", domain: 0...Double(max(most, 1)),
          bars: shown.map { row in
            BarChart.Bar(
              name: row.name, value: Double(row.counts[split]), text: text(row.counts[split], sum))
          }
        ).markup)
    }
    return Page.section(
      "Class balance",
      "\(counts.areObjects ? "Objects" : "Images") per class."
        + (left > 0 ? " The \(left) rarest of \(counts.rows.count) are not shown." : ""),
      Page.cards(cards))
  }

  private func text(_ count: Int, _ sum: Int) -> String {
    count == 0 ? "0" : "\(count), \(PageNumber.percent(Double(count) / Double(max(sum, 1))))"
  }
}
