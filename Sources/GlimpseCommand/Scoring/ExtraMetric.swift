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
  func result(_ run: ScoredRun, tasks: TaskRunner) -> ExtraResult {
    switch self {
    case .voc: .voc(PascalMetric(run.cells, overlap: run.overlap, tasks: tasks))
    case .f1: .f1(OperatingCurve.curves(run.cells, run.matches, tasks: tasks).map(\.best))
    case .confusion: .confusion(ConfusionMatrix(run.cells, overlap: run.overlap, tasks: tasks))
    }
  }
}

/// What came of an extra metric.
enum ExtraResult: Sendable {
  case voc(PascalMetric)
  /// The best point of each class.
  case f1([OperatingCurve.Point?])
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
            "name": .string(name), "truths": .integer(entry.truthCount),
            "AP2007": ReportText.number(entry.ap2007), "AP2010": ReportText.number(entry.ap2010),
          ]
        }),
    ]
  }

  // MARK: F1

  private static func table(_ points: [OperatingCurve.Point?], _ names: [String]) -> String {
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

  private static func json(_ points: [OperatingCurve.Point?], _ names: [String]) -> JSONValue {
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
    var cells: [(found: Int, truth: Int, count: Int)] = []
    for found in names.indices {
      for truth in names.indices where found != truth {
        cells.append((found, truth, matrix.count(found: found, truth: truth)))
      }
    }
    let largest = cells.filter { $0.count > 0 }.sorted {
      $0.count != $1.count ? $0.count > $1.count : ($0.found, $0.truth) < ($1.found, $1.truth)
    }
    var table = TextTable([.init("found as", .left), .init("is", .left), .init("times")])
    for cell in largest.prefix(toldConfusions) {
      table.add(names[cell.found], names[cell.truth], "\(cell.count)")
    }
    let rest = largest.dropFirst(toldConfusions).reduce(0) { $0 + $1.count }
    if rest > 0 { table.add("others", "", "\(rest)") }
    let right = names.indices.reduce(0) { $0 + matrix.count(found: $1, truth: $1) }
    table.add("the right class", "", "\(right)")
    return table.text
  }

  private static func json(_ matrix: ConfusionMatrix, _ names: [String]) -> JSONValue {
    let places = 0...matrix.classCount
    return [
      "confidence": .number(matrix.confidence), "iou": .number(matrix.iou),
      "classes": .array((names + ["background"]).map { .string($0) }),
      "found_by_truth": .array(
        places.map { found in
          .array(places.map { .integer(matrix.count(found: found, truth: $0)) })
        }),
    ]
  }
}
