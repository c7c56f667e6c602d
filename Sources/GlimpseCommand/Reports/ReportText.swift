import Glimpse

/// The metrics of a detection report as text and JSON.
enum ReportText {
  static func table(_ report: DetectionMetrics) -> String { report.classTable.text }
  static func fraction(_ value: Double) -> String { Table.Value.fraction(value).text }
  static func metrics(_ report: DetectionMetrics) -> JSONValue { report.members[0].value }
  static func stats(_ report: DetectionMetrics) -> JSONValue { report.members[1].value }
  static func classes(_ report: DetectionMetrics) -> JSONValue { report.members[2].value }
}
