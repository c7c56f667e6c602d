import Basics

extension AdditionalMetric {
  static let f1 = AdditionalMetric(
    name: "f1", summary: "the best F1 of each class and its confidence"
  ) { result, tasks in
    let curves = F1Curve.curves(result.table, result.operatingMatches, tasks: tasks)
    var table = Table([
      .words("best F1", key: "name"), .numbers("F1"), .numbers("precision"), .numbers("recall"),
      .numbers("confidence"), .hidden("true_positives"), .hidden("false_positives"),
    ])
    for (name, curve) in zip(result.table.classNames, curves) {
      guard let best = curve.best else {
        table.add([.text(name), .missing] + Array(repeating: .blank, count: 5))
        continue
      }
      table.add(
        [.text(name)]
          + [best.f1, best.precision, best.recall, best.score].map { .number($0, digits: 3) }
          + [.integer(best.truePositives), .integer(best.falsePositives)])
    }
    return (table, table.json)
  }

  /// At the confidence of the settings; "micro" counts all detections together, "macro" is the mean
  /// over classes with ground truth.
  static let counts = AdditionalMetric(
    name: "counts",
    summary: "precision, recall, F1, true and false positives at one confidence"
  ) { result, tasks in
    let parameters = result.parameters
    let curves = F1Curve.curves(result.table, result.operatingMatches, tasks: tasks)
    let points = curves.map { $0.point(from: parameters.confidence) }
    var table = Table([
      .words("at confidence \(parameters.confidence.optionText)", key: "name"),
      .numbers("precision"), .numbers("recall"), .numbers("F1"),
      .numbers("TP", key: "true_positives"), .numbers("FP", key: "false_positives"),
      .numbers("FN", key: "false_negatives"),
    ])
    func rates(_ values: (precision: Double, recall: Double, f1: Double)) -> [Table.Value] {
      [values.precision, values.recall, values.f1].map { .number($0, digits: 3) }
    }
    for (name, point) in zip(result.table.classNames, points) {
      let isKnown = point.groundTruths > 0
      table.add(
        [
          .text(name), .number(point.precision, digits: 3),
          isKnown ? .number(point.recall, digits: 3) : .missing,
          isKnown ? .number(point.f1, digits: 3) : .missing,
        ] + [point.truePositives, point.falsePositives, point.falseNegatives].map { .integer($0) })
    }
    let micro = F1Curve.Point.sum(points)
    let macro = F1Curve.Point.mean(points)
    table.summarize(
      [.text("micro")] + rates((micro.precision, micro.recall, micro.f1))
        + [micro.truePositives, micro.falsePositives, micro.falseNegatives].map { .integer($0) })
    func object(_ values: (precision: Double, recall: Double, f1: Double)) -> JSONValue {
      [
        "precision": .number(values.precision), "recall": .number(values.recall),
        "F1": .number(values.f1),
      ]
    }
    var shown = table
    shown.add([.text("macro")] + rates(macro) + [.blank, .blank, .blank])
    return (
      shown,
      [
        "confidence": .number(parameters.confidence), "iou": .number(parameters.matchIoU),
        "micro": object((micro.precision, micro.recall, micro.f1)).appending([
          "true_positives": .integer(micro.truePositives),
          "false_positives": .integer(micro.falsePositives),
          "false_negatives": .integer(micro.falseNegatives),
        ]), "macro": object(macro), "classes": table.json,
      ]
    )
  }
}

extension F1Curve.Point {
  package var falseNegatives: Int { groundTruths - truePositives }

  /// All classes counted together: the micro average.
  package static func sum(_ points: [F1Curve.Point]) -> F1Curve.Point {
    F1Curve.Point(
      score: points.first?.score ?? 0,
      truePositives: points.reduce(0) { $0 + $1.truePositives },
      falsePositives: points.reduce(0) { $0 + $1.falsePositives },
      groundTruths: points.reduce(0) { $0 + $1.groundTruths })
  }

  /// The means over classes with ground truth; 0 if there are none.
  package static func mean(
    _ points: [F1Curve.Point]
  ) -> (precision: Double, recall: Double, f1: Double) {
    let counted = points.filter { $0.groundTruths > 0 }
    let count = Double(max(counted.count, 1))
    return (
      counted.reduce(0) { $0 + $1.precision } / count,
      counted.reduce(0) { $0 + $1.recall } / count, counted.reduce(0) { $0 + $1.f1 } / count
    )
  }
}
