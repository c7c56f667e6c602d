import Basics
import Evaluation

/// The distribution of Dice over images, and object F1 over IoU thresholds.
struct SegmentationCharts: Sendable {
  let metrics: SegmentationMetrics

  private static let bins = 20

  var markup: Markup {
    guard !metrics.images.isEmpty else { return .none }
    var cards = [Page.card("Dice of images", histogram, note: quantiles)]
    if metrics.options.measuresObjects {
      cards.append(Page.card("Objects by IoU threshold", objects))
    }
    return Page.section("Images and objects", "", Page.cards(cards))
  }

  private var histogram: Markup {
    var counts = [Int](repeating: 0, count: Self.bins)
    for image in metrics.images {
      counts[min(Int(image.dice * Double(Self.bins)), Self.bins - 1)] += 1
    }
    let most = Double(max(counts.max() ?? 1, 1))
    let frame = ChartFrame(
      x: ChartAxis(title: "Dice"),
      y: ChartAxis(title: "images", domain: 0...most, label: { ChartAxis.plain($0) }))
    let bars = counts.enumerated().map { bin, count in
      let ends = (Double(bin) / Double(Self.bins), Double(bin + 1) / Double(Self.bins))
      let (left, right) = (frame.xScale(ends.0), frame.xScale(ends.1))
      let top = frame.yScale(Double(count))
      let range = "\(NumberFormat.fixed(ends.0, 2)) to \(NumberFormat.fixed(ends.1, 2))"
      return SVG.rectangle(
        x: left + 0.75, y: top, width: right - left - 1.5, height: frame.yScale(0) - top,
        "bar series-1", note: "\(range): \(Sentence.count(count, "image"))")
    }
    return frame.svg(label: "Images by Dice", bars)
  }

  private var quantiles: String {
    let values = metrics.images.map(\.dice).sorted()
    func value(_ part: Double) -> String {
      NumberFormat.fixed(Statistics.percentile(part, ofSorted: values), 3)
    }
    return
      "Lowest \(value(0)), 10th percentile \(value(0.1)), median \(value(0.5)), 90th percentile "
      + "\(value(0.9)). In images without ground truth and prediction, Dice is 1."
  }

  private var objects: Markup {
    let rates = ObjectCounts.thresholds.indices.map { metrics.meanObjectRates($0) }
    func line(_ name: String, _ style: String, _ values: [Double?]) -> LineChart.Line {
      LineChart.Line(
        name: name,
        points: zip(ObjectCounts.thresholds, values).compactMap { x, y in y.map { (x, $0) } },
        style: style)
    }
    return LineChart(
      label: "F1, precision and recall of objects over the IoU threshold",
      frame: ChartFrame(
        x: ChartAxis(title: "IoU threshold", domain: 0.5...0.95), y: ChartAxis(title: "rate")),
      lines: [
        line("F1", "series-1", rates.map(\.f1)),
        line("precision", "series-2", rates.map(\.precision)),
        line("recall", "series-3", rates.map(\.recall)),
      ]
    ).markup
  }
}

/// The metrics of each class.
struct SegmentationClasses: Sendable {
  let metrics: SegmentationMetrics
  let bootstrap: SegmentationBootstrap?

  var markup: Markup {
    let table = metrics.classTable
    let isSortable = metrics.classNames.count > 1
    return Page.section(
      "Classes",
      (isSortable ? "Click a heading to sort. " : "")
        + "Objects at IoU 0.5, of all images together."
        + (bootstrap == nil ? "" : " Small print: confidence intervals."),
      Page.table(table, isSortable: isSortable) { row, column in
        guard table.columns[column].key == "dice", let interval = bootstrap?.classDice[row],
          interval.value >= 0
        else { return ("", "") }
        return ("", PageNumber.range(interval))
      })
  }
}

/// The confusion matrix of pixels.
struct PixelConfusionSection: Sendable {
  let metrics: SegmentationMetrics

  /// The maximum number of classes with the background; if there are more, those of the most wrong
  /// pixels are shown.
  private static let most = 20

  var markup: Markup {
    let shown = self.shown
    guard shown.count > 1 else { return .none }
    let names = ["background"] + metrics.classNames
    let map = HeatMap(
      label: "Confusion matrix of pixels", rowTitle: "ground truth", columnTitle: "predicted",
      names: shown.map { names[$0] },
      counts: shown.map { truth in shown.map { count(predicted: $0, groundTruth: truth) } })
    let left = names.count - shown.count
    return Page.section(
      "Confusion matrix",
      "Pixels of all images. Cells are shaded by the fraction of their row."
        + (left > 0 ? " Classes that do not occur, or are confused the least, are left out." : ""),
      map.figure)
  }

  private func count(predicted: Int, groundTruth: Int) -> Int {
    metrics.confusion[predicted * (metrics.classNames.count + 1) + groundTruth]
  }

  /// The values that occur, at most `most`.
  private var shown: [Int] {
    let all = 0...metrics.classNames.count
    /// The pixels of a value, and the wrong ones among them.
    let sums = all.map { value in
      all.reduce(into: (pixels: 0, wrong: 0)) { sums, other in
        let count =
          count(predicted: value, groundTruth: other) + count(predicted: other, groundTruth: value)
        sums.pixels += count
        if other != value { sums.wrong += count }
      }
    }
    let occurring = all.filter { sums[$0].pixels > 0 }
    let order = occurring.sorted { (sums[$1].wrong, $0) < (sums[$0].wrong, $1) }
    return order.prefix(Self.most).sorted()
  }
}
