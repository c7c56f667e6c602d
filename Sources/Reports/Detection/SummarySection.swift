import Basics
import Evaluation

/// The key figures and the main error sources, with advice.
struct SummarySection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    let report = analysis.report
    let areas = report.parameters.areaRanges.dropFirst().map(\.name)
    let names = ["AP", "AP50", "AP75"] + areas.map { "AP\($0)" } + [report.arName]
    let tiles = names.compactMap { name -> (name: String, value: String, note: String)? in
      guard let number = report.numbers.first(where: { $0.name == name }) else { return nil }
      let interval = ["AP": analysis.bootstrap?.ap, "AP50": analysis.bootstrap?.ap50][name]
      let area = areas.first { name == "AP\($0)" }
      let title = name == "AP" ? report.apTitle : area.map { "AP \($0)" } ?? name
      return tile(title, number.value, interval ?? nil)
    }
    let advice = self.advice
    return Page.tiles(tiles)
      + (advice.isEmpty
        ? .none
        : Page.section("Main error sources", "", Page.advice(advice)))
  }

  private func tile(
    _ name: String, _ value: Double, _ interval: Interval? = nil
  ) -> (name: String, value: String, note: String) {
    (name, PageNumber.fraction(value), interval.map(PageNumber.range) ?? "")
  }

  /// The main error sources with advice, at most four.
  private var advice: [(issue: String, hint: String)] {
    let errors = analysis.errors
    let costly = ErrorKind.allCases.filter { errors.cost($0) >= 0.005 }
      .sorted { errors.cost($0) > errors.cost($1) }
    var result = costly.prefix(3).map { kind in
      let points = PageNumber.points(analysis.errors.cost(kind))
      return (
        issue: "\(kind.title): \(points) points of AP50, \(kind.counted(analysis.errors))",
        hint: hint(kind)
      )
    }
    if let range = analysis.bootstrap?.ap, range.value >= 0, range.upper - range.lower > 0.06 {
      result.append(
        (
          "Small dataset: the \(PageNumber.percent(analysis.bootstrap?.options.confidence ?? 0.95)) "
            + "confidence interval of \(analysis.report.apTitle) is \(PageNumber.range(range))",
          "Compare two models by a paired test on the same images: evaluate both results together."
        ))
    }
    if let calibration = analysis.calibration, calibration.error > 0.1 {
      result.append(
        (
          "The model is \(calibration.isOverconfident ? "over" : "under")confident: the expected "
            + "calibration error is \(PageNumber.percent(calibration.error))",
          "Choose the confidence threshold by the F1 curves; scores are not probabilities."
        ))
    }
    return Array(result.prefix(4))
  }

  private func hint(_ kind: ErrorKind) -> String {
    switch kind {
    case .classification:
      guard let pair = confusion else { return "Correct boxes of the wrong class." }
      return
        "Correct boxes of the wrong class, most often “\(pair.groundTruth)” predicted as "
        + "“\(pair.predicted)” (\(pair.count) from confidence "
        + "\(analysis.confidence.optionText))."
    case .localization:
      return "Inaccurate boxes (IoU below 0.5): check how tight the labels are, and try a larger "
        + "input size or longer training."
    case .both:
      return "Inaccurate boxes on objects of another class."
    case .duplicate:
      return "Several detections of one object: lower the IoU threshold of NMS (--iou)."
    case .background:
      return "Detections on background: check the gallery for unlabeled objects, and add images "
        + "without objects to the training set."
    case .missed:
      let sizes = missedBySize
      guard let most = sizes.max(by: { $0.count < $1.count }), most.count > 0 else { return "" }
      return "Undetected objects. Most are \(most.name) "
        + "(\(most.count) of \(most.total) \(most.name) objects)."
    }
  }

  /// The most frequent confusion of two classes in the confusion matrix.
  private var confusion: (groundTruth: String, predicted: String, count: Int)? {
    let (names, matrix) = (analysis.table.classNames, analysis.confusion)
    var most: (groundTruth: Int, predicted: Int, count: Int)?
    for groundTruth in names.indices {
      for predicted in names.indices where predicted != groundTruth {
        let count = matrix.count(predicted: predicted, groundTruth: groundTruth)
        if count > most?.count ?? 0 { most = (groundTruth, predicted, count) }
      }
    }
    return most.map { (names[$0.groundTruth], names[$0.predicted], $0.count) }
  }

  private var missedBySize: [(name: String, count: Int, total: Int)] {
    let table = analysis.table
    return analysis.result.matches.parameters.areaRanges.dropFirst().map { range in
      let rows = (0..<table.groundTruths.count).filter {
        table.groundTruths.traits[$0].isCounted && range.contains(table.groundTruths.areas[$0])
      }
      return (range.name, rows.count { analysis.errors.isMissed[$0] }, rows.count)
    }
  }
}

extension ErrorKind {
  var title: String { name.prefix(1).uppercased() + name.dropFirst() }

  /// The number of errors of this type: "3 detections".
  func counted(_ errors: ErrorBreakdown) -> String {
    Sentence.count(errors.counts[rawValue], self == .missed ? "object" : "detection")
  }

  /// The CSS class in charts, and the definition.
  var display: (style: String, explanation: String) {
    switch self {
    case .classification: ("series-4", "IoU of at least 0.5 with an object of another class.")
    case .localization: ("series-1", "IoU of 0.1 to 0.5 with an object of the same class.")
    case .both: ("series-7", "IoU of 0.1 to 0.5 with an object of another class.")
    case .duplicate: ("series-6", "Duplicate of a higher-scoring detection.")
    case .background: ("series-5", "IoU of at most 0.1 with any object.")
    case .missed: ("series-2", "An object that no detection matches, even after correction.")
    }
  }
}
