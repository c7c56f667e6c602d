import Glimpse

/// The numbers of a detection report for people and for scripts.
enum ReportText {
  /// The classes with their ground-truth objects and AP, and a last row over all of them.
  static func table(_ report: DetectionMetrics) -> String {
    var table = TextTable([
      .init("class", .left), .init("ground_truth"), .init("AP50"), .init("AP75"), .init("AP50-95"),
    ])
    for entry in report.classes {
      table.add(
        Sentence.printable(entry.name), "\(entry.groundTruthCount)", fraction(entry.ap50),
        fraction(entry.ap75), fraction(entry.ap))
    }
    let groundTruths = report.classes.reduce(0) { $0 + $1.groundTruthCount }
    table.add(
      "all", "\(groundTruths)", fraction(report.ap50), fraction(report.ap75), fraction(report.ap))
    return table.text
  }

  /// Three digits; a dash where there is no ground truth to measure on.
  static func fraction(_ value: Double) -> String {
    value < 0 ? "-" : NumberFormat.fixed(value, 3)
  }

  /// The twelve numbers by name; null where there is no ground truth to measure on.
  static func metrics(_ report: DetectionMetrics) -> JSONValue {
    .object(report.numbers.map { JSONMember(key: $0.name, value: number($0.value)) })
  }

  /// The twelve numbers in COCO's order; -1 where there is no ground truth to measure on, as there.
  static func stats(_ report: DetectionMetrics) -> JSONValue {
    .array(report.numbers.map { .number($0.value) })
  }

  static func classes(_ report: DetectionMetrics) -> JSONValue {
    .array(
      report.classes.map { entry in
        [
          "name": .string(entry.name), "ground_truth": .integer(entry.groundTruthCount),
          "detections": .integer(entry.detectionCount), "AP": number(entry.ap),
          "AP50": number(entry.ap50), "AP75": number(entry.ap75), "AR100": number(entry.ar100),
        ]
      })
  }

  /// A number; null where there is nothing to measure on.
  static func number(_ value: Double) -> JSONValue {
    value < 0 ? .null : .number(value)
  }
}
