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
          "By class, \(Self.iouName(analysis.report.curves))", byClass,
          note: analysis.labeledClasses.count > Self.named
            ? "The \(Self.named) most frequent classes are named; hover over a line for its name."
            : ""),
      ]))
  }

  private var byIoU: Markup {
    let curves = analysis.report.curves
    let styles = ["series-1", "series-3", "series-2", "series-5"]
    return LineChart(
      label: "Precision over recall at several IoU thresholds", frame: Self.frame,
      lines: zip(shownThresholds, styles).map { iou, style in
        LineChart.Line(
          name: "IoU \(NumberFormat.fixed(curves.parameters.iouThresholds[iou], 2))",
          points: curves.meanCurve(iou: iou), style: style)
      }
    ).markup
  }

  /// The indices of at most four thresholds.
  private var shownThresholds: [Int] {
    let count = analysis.report.parameters.iouThresholds.count
    if count <= 4 { return Array(0..<count) }
    return count == 10 ? [0, 3, 5, 8] : (0..<4).map { $0 * (count - 1) / 3 }
  }

  /// "IoU 0.5", the threshold of curves at one IoU.
  static func iouName(_ curves: PrecisionRecallCurves) -> String {
    "IoU \(NumberFormat.fixed(curves.parameters.iouThresholds[curves.shownIoU], 2))"
  }

  private var byClass: Markup {
    let curves = analysis.report.curves
    let iou = curves.shownIoU
    let one = iou..<iou + 1
    var lines = analysis.classLines(named: Self.named) { entry in
      let index = entry.classIndex
      return (
        curves.meanPrecision(
          ious: one, classes: index..<index + 1, area: 0, limit: curves.lastLimit),
        curves.meanCurve(iou: iou, classes: [index]), nil
      )
    }
    if lines.count > 1 {
      lines.append(
        LineChart.Line(
          name: "all \(PageNumber.fraction(curves.shownAP))",
          points: curves.meanCurve(iou: iou),
          style: "strong"))
    }
    return LineChart(
      label: "Precision over recall for each class at \(Self.iouName(curves))", frame: Self.frame,
      lines: lines
    ).markup
  }

  static let frame = ChartFrame(x: ChartAxis(title: "recall"), y: ChartAxis(title: "precision"))
}

extension PrecisionRecallCurves {
  /// The index of IoU 0.5, or of the lowest threshold.
  var shownIoU: Int { parameters.index(ofIoU: 0.5) ?? 0 }
  var lastLimit: Int { parameters.detectionLimits.count - 1 }
  /// AP over all classes at that threshold.
  var shownAP: Double {
    meanPrecision(
      ious: shownIoU..<shownIoU + 1, classes: 0..<classCount, area: 0, limit: lastLimit)
  }

  /// The mean precision of classes at each recall point, over all sizes and with the largest limit
  /// of detections; classes without ground truth are left out.
  ///
  /// - Parameter classes: Class indices; nil for all classes.
  func meanCurve(iou: Int, classes: [Int]? = nil) -> [(x: Double, y: Double)] {
    let classes = classes ?? Array(0..<classCount)
    return parameters.recallThresholds.enumerated().compactMap { point, recall in
      let values = classes.map {
        precision[
          index(
            iou: iou, recallPoint: point, classIndex: $0, area: 0,
            limit: lastLimit)]
      }.filter { $0 >= 0 }
      return values.isEmpty ? nil : (recall, values.reduce(0, +) / Double(values.count))
    }
  }
}
