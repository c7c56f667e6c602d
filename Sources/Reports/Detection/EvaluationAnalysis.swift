import Basics
import Evaluation

/// The analyses of one result for its report.
package struct EvaluationAnalysis: Sendable {
  /// The weights or files that the detections come from.
  package let name: String
  package let table: EvaluationTable
  let matches: MatchTable
  let report: DetectionMetrics
  package let errors: ErrorBreakdown
  /// Nil where it was not requested.
  package let bootstrap: Bootstrap?
  /// Nil where scores are not in 0...1.
  let calibration: Calibration?
  /// One per class.
  let imageROCs: [ImageLevelROC]
  /// One per class.
  let f1Curves: [F1Curve]
  /// Over all classes together.
  let pooledF1Curve: F1Curve
  /// At the confidence threshold of the best F1 over all classes.
  let confusion: ConfusionMatrix

  /// Runs all analyses; without options there is no bootstrap.
  package init(
    _ run: EvaluationResult, bootstrap options: BootstrapOptions? = nil,
    tasks: any ParallelExecutor = .serial
  ) {
    name = run.name
    table = run.table
    matches = run.matches
    report = run.report
    errors = ErrorBreakdown(table, overlap: run.overlap, tasks: tasks)
    bootstrap = options.map { [table, matches] in
      Bootstrap(table, matches, options: $0, tasks: tasks)
    }
    calibration = Calibration(table, matches)
    imageROCs = tasks.map(table.classNames.count) { [table] in ImageLevelROC(table, classIndex: $0)
    }
    f1Curves = F1Curve.curves(table, matches, tasks: tasks)
    pooledF1Curve = F1Curve.pooled(f1Curves)
    confusion = ConfusionMatrix(
      table, confidence: pooledF1Curve.best?.score ?? 0.5, overlap: run.overlap, tasks: tasks)
  }

  /// The fewest images with a class for its confidence interval to be meaningful.
  static let fewestImages = 5
  func hasInterval(_ classIndex: Int) -> Bool {
    imageROCs[classIndex].positives >= Self.fewestImages
  }

  /// The confidence threshold of the best F1 over all classes at IoU 0.5.
  var bestConfidence: Double { confusion.confidence }
  var shortName: String { name.split(separator: "/").last.map(String.init) ?? name }
  var detectionCount: Int { table.detections.count }
  /// The classes with ground truth, the most frequent first.
  var labeledClasses: [DetectionMetrics.ClassEntry] {
    report.classes.filter { $0.groundTruthCount > 0 }.sorted {
      ($1.groundTruthCount, $0.classIndex) < ($0.groundTruthCount, $1.classIndex)
    }
  }

  /// The error types by descending cost, without those of no cost.
  var costlyErrors: [ErrorKind] {
    ErrorKind.allCases.filter { errors.cost($0) > 0 }.sorted {
      errors.cost($0) > errors.cost($1)
    }
  }
}

extension PageNumber {
  /// The ends of an interval; empty without ground truth.
  static func range(_ interval: Interval) -> String {
    interval.value < 0 ? "" : "\(fraction(interval.lower)) – \(fraction(interval.upper))"
  }
}
