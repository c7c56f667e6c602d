import Glimpse

/// Error analysis and confidence intervals, as text and JSON.
struct AnalysisText {
  var analyses: [EvaluationAnalysis] = []
  /// Each result but the first, compared with the first.
  var pairs: [PairedBootstrap] = []
  var showsErrors = false
  var showsIntervals = false

  /// To print below the other tables.
  var tables: String {
    var tables = showsErrors ? [ErrorBreakdown.table(analyses.map(\.errors))] : []
    if showsIntervals { tables += [intervals] + (pairs.isEmpty ? [] : [differences]) }
    return tables.map { "\n" + $0.text }.joined()
  }

  private var intervals: Table {
    var table = Table(
      [.words("")] + ["AP50-95", "low", "high", "AP50", "low", "high"].map { .numbers($0) })
    func add(_ name: String, _ ap: Interval, _ ap50: Interval) {
      table.add(
        [.text(name)]
          + [ap, ap50].flatMap { [$0.value, $0.lower, $0.upper].map(Table.Value.fraction) })
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

  private var differences: Table {
    var table = Table(
      [.words("")] + ["difference", "low", "high", "p"].map { .numbers($0) })
    for (place, pair) in pairs.enumerated() {
      for (name, difference) in [("AP50-95", pair.ap), ("AP50", pair.ap50)] {
        let interval = difference.interval
        table.add(
          [.text("(\(place + 2)) - (1) \(name)")]
            + [interval.value, interval.lower, interval.upper, difference.p].map {
              .number($0, digits: 3)
            })
      }
    }
    return table
  }

  /// Members of a run's object.
  func members(run: Int) -> [JSONMember] {
    guard analyses.indices.contains(run) else { return [] }
    let analysis = analyses[run]
    var members: [JSONMember] = []
    if showsErrors {
      members.append(
        JSONMember(
          key: "error_breakdown", value: ErrorBreakdown.table([analysis.errors]).jsonByName))
    }
    if showsIntervals, let bootstrap = analysis.bootstrap {
      func json(_ name: String?, _ ap: Interval, _ ap50: Interval) -> JSONValue {
        .object(
          (name.map { [JSONMember(key: "name", value: .string($0))] } ?? [])
            + [("AP", ap), ("AP50", ap50)].map { key, interval in
              JSONMember(key: key, value: interval.value < 0 ? .null : ends(interval))
            })
      }
      members.append(
        JSONMember(
          key: "intervals",
          value: [
            "resamples": .integer(bootstrap.options.resamples),
            "confidence": .number(bootstrap.options.confidence),
            "all": json(nil, bootstrap.ap, bootstrap.ap50),
            "classes": .array(
              zip(analysis.table.classNames, bootstrap.classes).map { json($0, $1.ap, $1.ap50) }),
          ]))
      if run > 0 {
        members.append(JSONMember(key: "against_first", value: difference(pairs[run - 1])))
      }
    }
    return members
  }

  private func difference(_ pair: PairedBootstrap) -> JSONValue {
    .object(
      [("AP", pair.ap), ("AP50", pair.ap50)].map { key, difference in
        JSONMember(
          key: key,
          value: [
            "difference": .number(difference.interval.value),
            "interval": ends(difference.interval), "p": .number(difference.p),
          ])
      })
  }

  private func ends(_ interval: Interval) -> JSONValue {
    .array([.number(interval.lower), .number(interval.upper)])
  }
}
