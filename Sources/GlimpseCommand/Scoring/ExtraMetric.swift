import Glimpse

/// Numbers besides COCO's that `evaluate` can add: one word each.
enum ExtraMetric: String, OptionWord {
  /// Average precision by the rules of Pascal VOC.
  case voc
  /// Where each class's F1 is best.
  case f1
  /// Which class is taken for which.
  case confusion

  /// What is reckoned about one run, as a table and as a member of its JSON object.
  func result(_ run: EvaluationResult, tasks: any ParallelExecutor) -> ExtraResult {
    switch self {
    case .voc: .voc(PascalMetric(run.table, overlap: run.overlap, tasks: tasks))
    case .f1: .f1(F1Curve.curves(run.table, run.matches, tasks: tasks).map(\.best))
    case .confusion: .confusion(ConfusionMatrix(run.table, overlap: run.overlap, tasks: tasks))
    }
  }
}

/// What came of an extra metric.
enum ExtraResult: Sendable {
  case voc(PascalMetric)
  /// The best point of each class.
  case f1([F1Curve.Point?])
  case confusion(ConfusionMatrix)

  /// For people.
  func table(classNames: [String]) -> String {
    switch self {
    case .voc(let metric): Self.table(metric, classNames)
    case .f1(let points): Self.table(points, classNames)
    case .confusion(let matrix): Self.table(matrix, classNames)
    }
  }

  /// For scripts.
  func member(classNames: [String]) -> JSONMember {
    switch self {
    case .voc(let metric): JSONMember(key: "voc", value: Self.json(metric, classNames))
    case .f1(let points): JSONMember(key: "f1", value: Self.json(points, classNames))
    case .confusion(let matrix): JSONMember(key: "confusion", value: Self.json(matrix, classNames))
    }
  }

  // MARK: Pascal VOC

  private static func table(_ metric: PascalMetric, _ names: [String]) -> String {
    var table = TextTable([.init("Pascal VOC", .left), .init("AP 2007"), .init("AP 2010")])
    for (name, entry) in zip(names, metric.classes) {
      table.add(
        Sentence.printable(name), ReportText.fraction(entry.ap2007),
        ReportText.fraction(entry.ap2010))
    }
    table.add(
      "mean", ReportText.fraction(metric.meanAP2007), ReportText.fraction(metric.meanAP2010))
    return table.text
  }

  private static func json(_ metric: PascalMetric, _ names: [String]) -> JSONValue {
    [
      "AP2007": ReportText.number(metric.meanAP2007),
      "AP2010": ReportText.number(metric.meanAP2010),
      "classes": .array(
        zip(names, metric.classes).map { name, entry in
          [
            "name": .string(name), "ground_truth": .integer(entry.groundTruthCount),
            "AP2007": ReportText.number(entry.ap2007), "AP2010": ReportText.number(entry.ap2010),
          ]
        }),
    ]
  }

  // MARK: F1

  private static func table(_ points: [F1Curve.Point?], _ names: [String]) -> String {
    var table = TextTable([
      .init("best F1", .left), .init("F1"), .init("precision"), .init("recall"),
      .init("from conf"),
    ])
    for (name, point) in zip(names, points) {
      let numbers = [point?.f1, point?.precision, point?.recall, point?.score]
      table.add([Sentence.printable(name)] + numbers.map { ReportText.fraction($0 ?? -1) })
    }
    return table.text
  }

  private static func json(_ points: [F1Curve.Point?], _ names: [String]) -> JSONValue {
    .array(
      zip(names, points).map { name, point in
        guard let point else { return ["name": .string(name), "F1": nil] }
        return [
          "name": .string(name), "F1": .number(point.f1), "confidence": .number(point.score),
          "precision": .number(point.precision), "recall": .number(point.recall),
          "right": .integer(point.right), "wrong": .integer(point.wrong),
        ]
      })
  }

  // MARK: Confusion

  /// Confusions that are told one by one; the matrix of many classes fits no terminal.
  private static let toldConfusions = 12

  private static func table(_ matrix: ConfusionMatrix, _ names: [String]) -> String {
    let names = names.map(Sentence.printable) + ["background"]
    var confusions: [(found: Int, groundTruth: Int, count: Int)] = []
    for found in names.indices {
      for groundTruth in names.indices where found != groundTruth {
        confusions.append(
          (found, groundTruth, matrix.count(found: found, groundTruth: groundTruth)))
      }
    }
    let largest = confusions.filter { $0.count > 0 }.sorted {
      $0.count != $1.count
        ? $0.count > $1.count : ($0.found, $0.groundTruth) < ($1.found, $1.groundTruth)
    }
    var table = TextTable([.init("found as", .left), .init("is", .left), .init("times")])
    for pair in largest.prefix(toldConfusions) {
      table.add(names[pair.found], names[pair.groundTruth], "\(pair.count)")
    }
    let rest = largest.dropFirst(toldConfusions).reduce(0) { $0 + $1.count }
    if rest > 0 { table.add("others", "", "\(rest)") }
    let right = names.indices.reduce(0) { $0 + matrix.count(found: $1, groundTruth: $1) }
    table.add("the right class", "", "\(right)")
    return table.text
  }

  private static func json(_ matrix: ConfusionMatrix, _ names: [String]) -> JSONValue {
    let places = 0...matrix.classCount
    return [
      "confidence": .number(matrix.confidence), "iou": .number(matrix.iou),
      "classes": .array((names + ["background"]).map { .string($0) }),
      "confusion": .array(
        places.map { found in
          .array(places.map { .integer(matrix.count(found: found, groundTruth: $0)) })
        }),
    ]
  }
}
