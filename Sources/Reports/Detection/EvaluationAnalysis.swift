import Basics
import Evaluation

/// The analyses of one result, for its report.
public struct EvaluationAnalysis: Sendable {
  package let result: EvaluationResult
  package let errors: ErrorBreakdown
  /// The bootstrap confidence intervals; nil if they were not requested.
  public let bootstrap: Bootstrap?
  /// Nil without detections, or if a score is outside 0...1.
  let calibration: Calibration?
  /// One per class.
  let imageROCs: [ImageLevelROC]
  /// One per class.
  let f1Curves: [F1Curve]
  /// Over all classes together.
  let pooledF1Curve: F1Curve
  /// At the confidence and IoU of the settings.
  let confusion: ConfusionMatrix

  /// Runs all analyses; without options there is no bootstrap.
  public init(
    _ run: EvaluationResult, bootstrap options: BootstrapOptions? = nil,
    tasks: any ParallelExecutor = .serial
  ) {
    result = run
    let (table, matches) = (run.table, run.matches)
    errors = ErrorBreakdown(table, overlap: run.overlap, tasks: tasks)
    bootstrap = options.map { Bootstrap(table, matches, options: $0, tasks: tasks) }
    calibration = Calibration(table, run.operatingMatches)
    imageROCs = tasks.map(table.classNames.count) { ImageLevelROC(table, classIndex: $0) }
    f1Curves = F1Curve.curves(table, run.operatingMatches, tasks: tasks)
    pooledF1Curve = F1Curve.pooled(f1Curves)
    confusion = ConfusionMatrix(run, tasks: tasks)
  }

  package var table: EvaluationTable { result.table }
  var report: DetectionMetrics { result.report }

  /// The minimum number of images with a class for a meaningful confidence interval.
  static let fewestImages = 5
  func hasInterval(_ classIndex: Int) -> Bool {
    imageROCs[classIndex].positives >= Self.fewestImages
  }

  /// The confidence from which detections count in the confusion matrix and are drawn.
  var confidence: Double { confusion.confidence }
  /// The confidence threshold of the best F1 over all classes.
  var bestConfidence: Double { pooledF1Curve.best?.score ?? 0.5 }
  /// "IoU 0.5", that of F1 and of the confusion matrix.
  var matchIoU: String { "IoU \(result.parameters.matchIoU.optionText)" }
  var shortName: String { FilePath.name(result.name) }
  /// The classes with ground truth, the most frequent first.
  var labeledClasses: [DetectionMetrics.ClassEntry] {
    report.classes.filter { $0.groundTruthCount > 0 }.sorted {
      ($1.groundTruthCount, $0.classIndex) < ($0.groundTruthCount, $1.classIndex)
    }
  }
}

extension EvaluationAnalysis {
  /// One line per class. The `named` most frequent classes have a color and a name and are drawn on
  /// top of the others.
  ///
  /// - Parameter line: The value, curve and highlighted point of a class; nil to skip it.
  func classLines(
    named: Int,
    _ line: (DetectionMetrics.ClassEntry) -> (
      value: Double, points: [(x: Double, y: Double)], mark: (x: Double, y: Double)?
    )?
  ) -> [LineChart.Line] {
    let shown = labeledClasses.compactMap { entry in line(entry).map { (entry.name, $0) } }
    let lines = shown.enumerated().map { place, item in
      let (name, line) = item
      let isNamed = place < named
      return LineChart.Line(
        name: "\(name) \(PageNumber.fraction(line.value))", points: line.points,
        style: isNamed ? "series-\(place + 1)" : "muted", isNamed: isNamed,
        mark: isNamed ? line.mark : nil)
    }
    return lines.filter { !$0.isNamed } + lines.filter(\.isNamed)
  }
}

extension PageNumber {
  /// The ends of an interval; empty without ground truth.
  static func range(_ interval: Interval) -> String {
    interval.value < 0 ? "" : "\(fraction(interval.lower)) – \(fraction(interval.upper))"
  }
}
