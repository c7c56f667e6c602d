import Basics
import Evaluation

/// Precision-recall curves: of all classes at several IoU thresholds, and of each class.
struct CurveSection: Sendable {
  let analysis: EvaluationAnalysis

  /// The number of classes with a color and a name; the others are drawn pale.
  private static let named = 8

  var markup: Markup {
    Page.section(
      "Precision-recall curves", "",
      Page.cards([
        Page.card("By IoU threshold", byIoU),
        Page.card(
          "By class, IoU 0.5", byClass,
          note: analysis.labeledClasses.count > Self.named
            ? "The \(Self.named) most frequent classes are named; hover over a line for its name."
            : ""),
      ]))
  }

  private var byIoU: Markup {
    let curves = analysis.report.curves
    let styles = [(0, "series-1"), (3, "series-3"), (5, "series-2"), (8, "series-5")]
    return LineChart(
      label: "Precision over recall at four IoU thresholds", frame: Self.frame,
      lines: styles.map { iou, style in
        LineChart.Line(
          name: "IoU \(NumberFormat.fixed(curves.parameters.iouThresholds[iou], 2))",
          points: curves.meanCurve(iou: iou), style: style)
      }
    ).markup
  }

  private var byClass: Markup {
    let curves = analysis.report.curves
    var lines = analysis.classLines(named: Self.named) {
      ($0.ap50, curves.meanCurve(iou: 0, classes: [$0.classIndex]), nil)
    }
    if lines.count > 1 {
      lines.append(
        LineChart.Line(
          name: "all \(PageNumber.fraction(analysis.report.ap50))",
          points: curves.meanCurve(iou: 0),
          style: "strong"))
    }
    return LineChart(
      label: "Precision over recall for each class at IoU 0.5", frame: Self.frame, lines: lines
    ).markup
  }

  static let frame = ChartFrame(x: ChartAxis(title: "recall"), y: ChartAxis(title: "precision"))
}

extension PrecisionRecallCurves {
  /// The mean precision of classes at each recall point, over all sizes and with at most 100
  /// detections; classes without ground truth are left out.
  ///
  /// - Parameter classes: Class indices; nil for all classes.
  func meanCurve(iou: Int, classes: [Int]? = nil) -> [(x: Double, y: Double)] {
    let classes = classes ?? Array(0..<classCount)
    return parameters.recallThresholds.enumerated().compactMap { point, recall in
      let values = classes.map {
        precision[
          index(
            iou: iou, recallPoint: point, classIndex: $0, area: 0,
            limit: parameters.detectionLimits.count - 1)]
      }.filter { $0 >= 0 }
      return values.isEmpty ? nil : (recall, values.reduce(0, +) / Double(values.count))
    }
  }
}
