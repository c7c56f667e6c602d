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
}
