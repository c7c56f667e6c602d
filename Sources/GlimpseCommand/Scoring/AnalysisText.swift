import Glimpse

/// Errors by kind and intervals, for people and for scripts.
struct AnalysisText {
  var analyses: [EvaluationAnalysis] = []
  /// Each run but the first against the first.
  var pairs: [PairedBootstrap] = []
  var showsErrors = false
  var showsIntervals = false

  /// Tables to print below the numbers.
  var tables: String {
    var parts: [String] = []
    if showsErrors { parts.append(errors) }
    if showsIntervals {
      parts.append(intervals)
      if !pairs.isEmpty { parts.append(differences) }
    }
    return parts.map { "\n" + $0 }.joined()
  }

  /// One run: its kinds with counts and costs. Several: costs side by side.
  private var errors: String {
    var table = TextTable(
      [.init("error", .left)]
        + (analyses.count == 1
          ? [.init("count"), .init("costs AP50")]
          : analyses.indices.map { .init("(\($0 + 1)) costs AP50") }))
    func row(_ name: String, _ count: (ErrorBreakdown) -> Int?, _ cost: (ErrorBreakdown) -> Double)
    {
      let costs = analyses.map { NumberFormat.fixed(cost($0.errors), 3) }
      let counts =
        analyses.count == 1 ? analyses.map { count($0.errors).map { "\($0)" } ?? "" } : []
      table.add([name] + counts + costs)
    }
    for kind in ErrorKind.allCases {
      row(kind.name, { $0.counts[kind.rawValue] }, { $0.cost(kind) })
    }
    row("all that is wrong", { _ in nil }, \.falsePositiveCost)
    row("all that is not found", { _ in nil }, \.falseNegativeCost)
    return table.text
  }

  private var intervals: String {
    var table = TextTable([
      .init("", .left), .init("AP50-95"), .init("from"), .init("to"), .init("AP50"),
      .init("from"), .init("to"),
    ])
    func add(_ name: String, _ numbers: (ap: Interval, ap50: Interval)) {
      table.add(
        [Sentence.printable(name)]
          + [numbers.ap, numbers.ap50].flatMap { interval in
            [interval.value, interval.lower, interval.upper].map(ReportText.fraction)
          })
    }
    for (place, analysis) in analyses.enumerated() {
      guard let bootstrap = analysis.bootstrap else { continue }
      if analyses.count == 1 {
        for (name, numbers) in zip(analysis.table.classNames, bootstrap.classes) {
          add(name, numbers)
        }
      }
      add(analyses.count == 1 ? "all" : "(\(place + 1))", (bootstrap.ap, bootstrap.ap50))
    }
    return table.text
  }

  private var differences: String {
    var table = TextTable([
      .init("", .left), .init("difference"), .init("from"), .init("to"), .init("p"),
    ])
    for (place, pair) in pairs.enumerated() {
      for (name, difference) in [("AP50-95", pair.ap), ("AP50", pair.ap50)] {
        let interval = difference.interval
        table.add(
          ["(\(place + 2)) - (1) \(name)"]
            + [interval.value, interval.lower, interval.upper, difference.p].map {
              NumberFormat.fixed($0, 3)
            })
      }
    }
    return table.text
  }

  /// Members for a run's object.
  func members(run: Int) -> [JSONMember] {
    guard analyses.indices.contains(run) else { return [] }
    let analysis = analyses[run]
    var members: [JSONMember] = []
    if showsErrors {
      let errors = analysis.errors
      var object = ErrorKind.allCases.map { kind in
        JSONMember(
          key: kind.name,
          value: [
            "count": .integer(errors.counts[kind.rawValue]), "cost": .number(errors.cost(kind)),
          ])
      }
      object += [
        JSONMember(key: "false_positives", value: ["cost": .number(errors.falsePositiveCost)]),
        JSONMember(key: "false_negatives", value: ["cost": .number(errors.falseNegativeCost)]),
      ]
      members.append(JSONMember(key: "error_split", value: .object(object)))
    }
    if showsIntervals, let bootstrap = analysis.bootstrap {
      func json(_ name: String?, _ ap: Interval, _ ap50: Interval) -> JSONValue {
        let numbers = [("AP", ap), ("AP50", ap50)].map { key, interval in
          JSONMember(
            key: key,
            value: interval.value < 0
              ? .null : .array([.number(interval.lower), .number(interval.upper)]))
        }
        return .object((name.map { [JSONMember(key: "name", value: .string($0))] } ?? []) + numbers)
      }
      members.append(
        JSONMember(
          key: "intervals",
          value: [
            "draws": .integer(bootstrap.options.draws),
            "confidence": .number(bootstrap.options.confidence),
            "all": json(nil, bootstrap.ap, bootstrap.ap50),
            "classes": .array(
              zip(analysis.table.classNames, bootstrap.classes).map {
                json($0, $1.ap, $1.ap50)
              }),
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
            "interval": .array([
              .number(difference.interval.lower), .number(difference.interval.upper),
            ]),
            "p": .number(difference.p),
          ])
      })
  }
}
