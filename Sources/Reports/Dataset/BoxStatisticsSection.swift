import Basics
import Datasets
import Foundation

/// Sizes, aspect ratios and positions of objects, and sizes of images.
struct BoxStatisticsSection: Sendable {
  let check: DatasetCheck

  var markup: Markup {
    let numbers = check.total
    var cards: [Markup] = []
    if numbers.objects > 0 {
      cards += [
        Page.card(
          "Object size",
          chart(
            numbers.sizes, title: "square root of the area, relative to the image",
            unit: "objects"),
          note: areas(numbers)),
        Page.card(
          "Aspect ratio",
          chart(numbers.shapes, title: "width : height", unit: "objects") { Self.ratio($0) }),
        Page.card(
          "Objects per image",
          steps(numbers.crowding, title: "objects", unit: "images")),
        Page.card(
          "Box-center heatmap",
          DensityMap(
            label: "Box centers", side: DatasetStatistics.gridSide,
            counts: numbers.centers
          ).markup, note: "Box centers of all images."),
      ]
    }
    if numbers.sides.total > 0 {
      cards.append(
        Page.card(
          "Image size",
          steps(numbers.sides, title: "longer side in pixels", unit: "images"),
          note: commonSizes(numbers)))
    }
    return cards.isEmpty
      ? .none : Page.section("Box statistics", "All splits.", Page.cards(cards))
  }

  /// A histogram over a numeric axis.
  private func chart(
    _ histogram: Histogram, title: String, unit: String,
    label: @escaping @Sendable (Double) -> String = { ChartAxis.plain($0) }
  ) -> Markup {
    let bounds = histogram.bounds
    let domain = (bounds.first ?? 0)...(bounds.last ?? 1)
    return columns(
      histogram.counts, ChartAxis(title: title, domain: domain, label: label), unit: unit,
      ends: zip(bounds, bounds.dropFirst()).map { ($0, $1) },
      range: { "\(label($0)) to \(label($1))" })
  }

  /// A histogram with bins of different widths, drawn equally wide and labeled by their lower
  /// bounds; empty bins at both ends are omitted.
  private func steps(_ histogram: Histogram, title: String, unit: String) -> Markup {
    let used = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    guard let first = used.first, let last = used.last else { return .none }
    let bounds = Array(histogram.bounds[first...last + 1])
    let counts = Array(histogram.counts[first...last])
    let axis = ChartAxis(
      title: title, domain: 0...Double(counts.count), tickCount: min(counts.count, 7),
      label: { place in
        let bound = bounds[min(Int(place.rounded()), bounds.count - 1)]
        return bound.isFinite ? ChartAxis.plain(bound) : ""
      })
    return columns(
      counts, axis, unit: unit, ends: counts.indices.map { (Double($0), Double($0 + 1)) },
      range: { low, high in
        let (from, to) = (ChartAxis.plain(bounds[Int(low)]), bounds[Int(high)] - 1)
        if !to.isFinite { return "\(from) and more" }
        return bounds[Int(low)] == to ? from : "\(from) to \(ChartAxis.plain(to))"
      })
  }

  private func columns(
    _ counts: [Int], _ axis: ChartAxis, unit: String, ends: [(Double, Double)],
    range: (Double, Double) -> String
  ) -> Markup {
    let most = Double(max(counts.max() ?? 1, 1))
    let frame = ChartFrame(
      x: axis, y: ChartAxis(title: unit, domain: 0...most, label: { Self.short($0) }))
    let bars = zip(ends, counts).map { end, count in
      let (left, right) = (frame.xScale(end.0), frame.xScale(end.1))
      let top = frame.yScale(Double(count))
      return SVG.rectangle(
        x: left + 0.75, y: top, width: right - left - 1.5, height: frame.yScale(0) - top,
        "bar series-1", note: "\(range(end.0, end.1)): \(count) \(unit)")
    }
    return frame.svg(label: "\(unit) by \(axis.title)", bars)
  }

  /// The ratio 2^`power` as text: 1:4, 1:1, 2:1.
  private static func ratio(_ power: Double) -> String {
    let factor = exp2(abs(power))
    let text = ChartAxis.plain((factor * 10).rounded() / 10)
    return power < 0 ? "1:\(text)" : "\(text):1"
  }

  /// 1500 as 1.5k.
  private static func short(_ value: Double) -> String {
    value >= 1000 ? ChartAxis.plain(value / 1000) + "k" : ChartAxis.plain(value)
  }

  private func areas(_ numbers: DatasetStatistics) -> String {
    guard numbers.areas.total > 0 else { return "" }
    return zip(["small", "medium", "large"], numbers.areas.counts)
      .map { "\($1) \($0)" }.joined(separator: ", ") + "."
  }

  private func commonSizes(_ numbers: DatasetStatistics) -> String {
    let sizes = numbers.imageSizes.sorted {
      ($1.value, $0.key.width, $0.key.height) < ($0.value, $1.key.width, $1.key.height)
    }
    let shown = sizes.prefix(3).map { "\($0.key.width) x \($0.key.height) (\($0.value))" }
    let rest = sizes.count - shown.count
    return shown.joined(separator: ", ")
      + (rest > 0 ? " and \(Sentence.count(rest, "other size"))." : ".")
  }
}
