import Glimpse

/// Error analysis and confidence intervals, as text and JSON.
struct AnalysisText {
  var analyses: [EvaluationAnalysis] = []
  /// Each result but the first, compared with the first.
  var pairs: [PairedBootstrap] = []
  /// Whether the differences are the first result minus the others, instead of the others minus it.
  var isFirstNew = false
  var options = AnalysisOptions()

  /// The tables that are printed below those of the metrics.
  var tables: String {
    var tables = options.showsErrors ? [ErrorBreakdown.table(analyses.map(\.errors))] : []
    if options.resamples != nil { tables += [intervals] + (pairs.isEmpty ? [] : [differences]) }
    return tables.map { "\n" + $0.text }.joined()
  }

  private var intervals: Table {
    var table = Table(
      [.words("")]
        + shownMetrics.flatMap { [$0, "low", "high"] }.map { .numbers($0) })
    func add(_ name: String, _ ap: Interval, _ ap50: Interval) {
      table.add(
        [.text(name)]
          + [ap, ap50].prefix(shownMetrics.count).flatMap {
            [$0.value, $0.lower, $0.upper].map(Table.Value.fraction)
          })
    }
    for (place, analysis) in analyses.enumerated() {
      guard let bootstrap = analysis.bootstrap else { continue }
      if analyses.count == 1 {
        for (name, (ap, ap50)) in zip(analysis.table.classNames, bootstrap.classes) {
          add(name, ap, ap50)
        }
      }
      add(analyses.count == 1 ? "all" : "(\(place + 1))", bootstrap.ap, bootstrap.ap50)
    }
    return table
  }

  /// AP, and AP50 if that is one of the thresholds.
  private var shownMetrics: [String] {
    guard let report = analyses.first?.result.report else { return [] }
    return [report.apTitle] + (report.parameters.index(ofIoU: 0.5) == nil ? [] : ["AP50"])
  }

  private var differences: Table {
    var table = Table(
      [.words("")] + ["difference", "low", "high", "p"].map { .numbers($0) })
    for (place, pair) in pairs.enumerated() {
      for (name, difference) in zip(shownMetrics, [pair.ap, pair.ap50]) {
        let interval = difference.interval
        let names = ["(\(place + 2))", "(1)"]
        table.add(
          [.text((isFirstNew ? names.reversed() : names).joined(separator: " - ") + " \(name)")]
            + [interval.value, interval.lower, interval.upper, difference.p].map {
              .number($0, digits: 3)
            })
      }
    }
    return table
  }

  /// The members that are added to the JSON object of a result.
  func json(run: Int) -> JSONValue {
    guard analyses.indices.contains(run) else { return [:] }
    let analysis = analyses[run]
    var json: JSONValue = [:]
    if options.showsErrors {
      json = ["error_breakdown": ErrorBreakdown.table([analysis.errors]).jsonByName]
    }
    guard options.resamples != nil, let bootstrap = analysis.bootstrap else { return json }
    let classes = zip(analysis.table.classNames, bootstrap.classes).map { name, metrics in
      (["name": .string(name)] as JSONValue).appending(members(metrics, json: self.json))
    }
    let intervals: JSONValue = [
      "resamples": .integer(bootstrap.options.resamples),
      "confidence": .number(bootstrap.options.confidence),
      "all": members((bootstrap.ap, bootstrap.ap50), json: self.json), "classes": .array(classes),
    ]
    json = json.appending(["intervals": intervals])
    if run > 0 {
      let pair = pairs[run - 1]
      json = json.appending([
        isFirstNew ? "first_against_this" : "against_first": members(
          (pair.ap, pair.ap50), json: self.json)
      ])
    }
    return json
  }

  private func members<Metric>(
    _ metrics: (ap: Metric, ap50: Metric), json: (Metric) -> JSONValue
  ) -> JSONValue {
    ["AP": json(metrics.ap), "AP50": json(metrics.ap50)]
  }

  /// The ends of an interval; null without ground truth.
  private func json(_ interval: Interval) -> JSONValue {
    interval.value < 0 ? .null : ends(interval)
  }

  private func json(_ difference: PairedBootstrap.Difference) -> JSONValue {
    [
      "difference": .number(difference.interval.value), "interval": ends(difference.interval),
      "p": .number(difference.p),
    ]
  }

  private func ends(_ interval: Interval) -> JSONValue {
    [.number(interval.lower), .number(interval.upper)]
  }
}
