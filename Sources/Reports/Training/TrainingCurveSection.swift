import Basics
import Foundation

/// Losses, metrics and learning rate over the epochs.
struct TrainingCurveSection: Sendable {
  let results: Table
  /// The epoch of the best weights, from 1; nil if nothing was validated.
  let bestEpoch: Int?

  private var columns: TrainingColumns { TrainingColumns(results) }

  var markup: Markup {
    let columns = columns
    let losses = columns.losses.compactMap { loss in
      card(
        "Loss: \(loss.name)",
        [("train", columns.points(loss.train)), ("val", columns.points(loss.validation))],
        domain: Self.lossDomain)
    }
    let metrics = card(
      "Metrics", columns.metrics.map { ($0.name, columns.points($0.key).filter { $0.y >= 0 }) },
      domain: Self.metricDomain)
    let rate = card("Learning rate", [("learning rate", columns.points("lr"))]) {
      0...max(Self.largest($0), .leastNonzeroMagnitude)
    }
    let cards = losses + [metrics, rate].compactMap(\.self)
    guard !cards.isEmpty else { return .none }
    return Page.section(
      "Curves",
      bestEpoch.map { "The dashed line marks epoch \($0), that of the best weights." } ?? "",
      Page.cards(cards))
  }

  private typealias Points = [(x: Double, y: Double)]

  /// A chart of the curves that have points; nil if none has.
  private func card(
    _ title: String, _ curves: [(name: String, points: Points)],
    domain: ([Points]) -> ClosedRange<Double>
  ) -> Markup? {
    let curves = curves.filter { !$0.points.isEmpty }
    guard !curves.isEmpty else { return nil }
    let range = domain(curves.map(\.points))
    let last = max(curves.flatMap(\.points).map(\.x).max() ?? 1, 2)
    let lines = curves.enumerated().map { place, curve in
      LineChart.Line(
        name: curve.name, points: curve.points, style: "series-\(place % 8 + 1)",
        // A path of one point is invisible.
        mark: curve.points.count == 1 ? curve.points[0] : nil)
    }
    let guide = bestEpoch.map { epoch in
      LineChart.Line(
        name: "best epoch",
        points: [(Double(epoch), range.lowerBound), (Double(epoch), range.upperBound)],
        style: "guide", isNamed: false)
    }
    let chart = LineChart(
      label: "\(title) over the epochs",
      frame: ChartFrame(
        x: ChartAxis(title: "epoch", domain: 1...last, tickCount: Int(min(last - 1, 6))),
        y: ChartAxis(title: "", domain: range) { Self.tick($0) }, height: 230),
      lines: (guide.map { [$0] } ?? []) + lines)
    return Page.card(title, chart.markup)
  }

  private static func largest(_ curves: [Points]) -> Double {
    curves.joined().map(\.y).max() ?? 0
  }

  /// All values, but at most twice the largest one after the first tenth of the epochs: the losses
  /// of the warm-up would flatten the rest.
  static func lossDomain(_ curves: [[(x: Double, y: Double)]]) -> ClosedRange<Double> {
    let points = curves.flatMap(\.self)
    let lowest = points.map(\.y).min() ?? 0
    let start = (points.map(\.x).max() ?? 0) * 0.1
    let late = points.filter { $0.x > start }.map(\.y).max() ?? 0
    let highest = min(largest(curves), 2 * max(late, lowest))
    let margin = 0.05 * (highest - lowest)
    let low = max(lowest - margin, min(lowest, 0))
    return low...max(highest + margin, low + 0.001)
  }

  /// From 0 to 1, or to less where all values are small.
  static func metricDomain(_ curves: [[(x: Double, y: Double)]]) -> ClosedRange<Double> {
    let highest = largest(curves)
    return 0...(highest > 0.5 ? max(highest, 1) : max(highest * 1.1, 0.01))
  }

  /// The label of a tick; numbers of more than six characters have an exponent, such as 5e-5.
  static func tick(_ value: Double) -> String {
    let plain = ChartAxis.plain(value)
    guard value > 0, plain.count > 6 else { return plain }
    let exponent = Int((log10(value) + 1e-9).rounded(.down))
    let mantissa = (value / pow(10, Double(exponent)) * 100).rounded() / 100
    return "\(ChartAxis.plain(mantissa))e\(exponent)"
  }
}
