import Glimpse

/// All that is reckoned about one run of a detector for its report.
struct EvaluationAnalysis: Sendable {
  /// What names the run: weights or files of detections.
  let name: String
  let table: EvaluationTable
  let matches: MatchTable
  let report: DetectionMetrics
  let errors: ErrorBreakdown
  /// Intervals; nil where none were asked for.
  let bootstrap: Bootstrap?
  /// Nil where scores are no probabilities.
  let calibration: Calibration?
  /// One a class.
  let presences: [ImageLevelROC]
  /// Precision and recall against the confidence, one a class.
  let operating: [F1Curve]
  /// The same for all classes together.
  let pooled: F1Curve
  /// What was taken for what, at the confidence that is best for all classes together.
  let confusion: ConfusionMatrix

  /// Explains a run; without `bootstrap` there are no intervals.
  init(_ run: EvaluationResult, bootstrap options: BootstrapOptions?, tasks: any ParallelExecutor) {
    name = run.name
    table = run.table
    matches = run.matches
    report = run.report
    errors = ErrorBreakdown(table, overlap: run.overlap, tasks: tasks)
    bootstrap = options.map { [table, matches] in
      Bootstrap(table, matches, options: $0, tasks: tasks)
    }
    calibration = Calibration(table, matches)
    presences = tasks.map(table.classNames.count) { [table] in ImageLevelROC(table, classIndex: $0)
    }
    operating = F1Curve.curves(table, matches, tasks: tasks)
    pooled = F1Curve.pooled(operating)
    confusion = ConfusionMatrix(
      table, confidence: pooled.best?.score ?? 0.5, overlap: run.overlap, tasks: tasks)
  }

  /// Images that must show a class for a range: drawing from fewer tells nothing about others.
  static let fewestImages = 5
  /// Whether enough images show a class.
  func hasRange(_ classIndex: Int) -> Bool {
    presences[classIndex].positives >= Self.fewestImages
  }

  /// The score from which on detections of all classes together have the best F1 at IoU 0.5.
  var bestConfidence: Double { confusion.confidence }
  /// The last part of the name, where that is a path.
  var shortName: String { name.split(separator: "/").last.map(String.init) ?? name }
  /// All detections.
  var detectionCount: Int { table.detections.count }
  /// The classes that have ground-truth objects, by falling number of ground-truth objects.
  var labeledClasses: [DetectionMetrics.ClassEntry] {
    report.classes.filter { $0.groundTruthCount > 0 }.sorted {
      ($1.groundTruthCount, $0.classIndex) < ($0.groundTruthCount, $1.classIndex)
    }
  }

  /// The kinds of error by falling cost, those that cost nothing left out.
  var costlyErrors: [ErrorKind] {
    ErrorKind.allCases.filter { errors.cost($0) > 0 }.sorted {
      errors.cost($0) > errors.cost($1)
    }
  }
}

/// Numbers as pages write them.
enum PageNumber {
  /// Three digits; a dash where there is nothing to measure on.
  static func fraction(_ value: Double) -> String {
    value < 0 ? "–" : NumberFormat.fixed(value, 3)
  }

  /// A difference with its sign.
  static func difference(_ value: Double) -> String {
    let text = NumberFormat.fixed(abs(value), 3)
    return (value < 0 && text != "0.000" ? "−" : "+") + text
  }

  /// The ends of an interval.
  static func range(_ interval: Interval) -> String {
    interval.value < 0 ? "" : "\(fraction(interval.lower)) – \(fraction(interval.upper))"
  }

  /// A part as a percentage, with a digit behind the point below 10.
  static func percent(_ part: Double) -> String {
    NumberFormat.fixed(part * 100, part < 0.0995 ? 1 : 0) + " %"
  }

  /// AP in points of a hundred.
  static func points(_ part: Double) -> String { NumberFormat.fixed(part * 100, 1) }
}
