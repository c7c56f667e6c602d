import Glimpse

/// The numbers that one looks at first, and what they say to do next.
struct SummarySection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    let report = analysis.report
    let tiles = [
      tile("AP50-95", report.ap, analysis.bootstrap?.ap),
      tile("AP50", report.ap50, analysis.bootstrap?.ap50), tile("AP75", report.ap75),
      tile("AP small", report.apSmall), tile("AP medium", report.apMedium),
      tile("AP large", report.apLarge), tile("AR100", report.ar100),
    ]
    let advice = self.advice
    return Page.tiles(tiles)
      + (advice.isEmpty
        ? .none
        : Page.section(
          "What to look at", .none,
          .element(
            "ul", ["class": "advice"],
            advice.map { item in
              .element(
                "li", [:], .element("b", [:], Markup(item.issue)),
                .element("span", [:], Markup(item.hint)))
            })))
  }

  private func tile(_ name: String, _ value: Double, _ interval: Interval? = nil) -> Page.Tile {
    Page.Tile(name, PageNumber.fraction(value), note: interval.map(PageNumber.range) ?? "")
  }

  /// What costs most, and what else is odd; at most four.
  private var advice: [(issue: String, hint: String)] {
    var result = analysis.costlyErrors.prefix(3).filter { analysis.errors.cost($0) >= 0.005 }
      .map { kind in
        let points = PageNumber.points(analysis.errors.cost(kind))
        let count = analysis.errors.counts[kind.rawValue]
        return (
          issue: "\(kind.title): \(points) points of AP50, \(count) \(kind.noun(count))",
          hint: hint(kind)
        )
      }
    if let range = analysis.bootstrap?.ap, range.value >= 0, range.upper - range.lower > 0.06 {
      result.append(
        (
          "The dataset is small: AP50-95 is only known to lie in \(PageNumber.range(range))",
          "A difference between two models has to be larger than that, or be tested on the same "
            + "images: give evaluate both results."
        ))
    }
    if let calibration = analysis.calibration, calibration.error > 0.1 {
      let isBold = calibration.meanScore > calibration.meanPrecision
      result.append(
        (
          "Scores are \(isBold ? "higher" : "lower") than the share of detections that is right, "
            + "by \(PageNumber.percent(calibration.error)) on average",
          "Choose the confidence threshold from the curves below, not by what the score says."
        ))
    }
    return Array(result.prefix(4))
  }

  private func hint(_ kind: ErrorKind) -> String {
    switch kind {
    case .classification:
      guard let pair = confusion else { return "The objects are found, but named wrongly." }
      return
        "The objects are found, but named wrongly; most often “\(pair.groundTruth)” is taken for "
        + "“\(pair.found)” (\(pair.count))."
    case .localization:
      return "The objects are found, but boxes fit badly (IoU below 0.5): look at how tight the "
        + "labels are, and try larger images (--imgsz) or longer training."
    case .both:
      return "Detections touch objects of another class without fitting them."
    case .duplicate:
      return "Objects are found twice: a lower --iou for suppression takes the second boxes away."
    case .background:
      return "Detections on nothing: look in the gallery whether objects there were never labeled, "
        + "and add images without objects to the training."
    case .missed:
      let sizes = missedBySize
      guard let most = sizes.max(by: { $0.count < $1.count }), most.count > 0 else { return "" }
      return "Objects that nothing was found near. Most are \(most.name) "
        + "(\(most.count) of the \(most.total) \(most.name) objects)."
    }
  }

  /// The pair of classes that is mixed up most.
  private var confusion: (groundTruth: String, found: String, count: Int)? {
    let table = analysis.table
    var counts: [[Int32]: Int] = [:]
    for (row, match) in analysis.errors.matches.enumerated()
    where match.error == .classification && match.groundTruth >= 0 {
      let pair = [
        table.groundTruths.classes[Int(match.groundTruth)], table.detections.classes[row],
      ]
      counts[pair, default: 0] += 1
    }
    let most = counts.max { ($0.value, $1.key[0], $1.key[1]) < ($1.value, $0.key[0], $0.key[1]) }
    return most.map {
      (table.classNames[Int($0.key[0])], table.classNames[Int($0.key[1])], $0.value)
    }
  }

  private var missedBySize: [(name: String, count: Int, total: Int)] {
    let table = analysis.table
    return analysis.matches.parameters.areaRanges.dropFirst().map { range in
      let rows = (0..<table.groundTruths.count).filter {
        table.groundTruths.traits[$0].isEmpty && table.groundTruths.areas[$0] >= range.lower
          && table.groundTruths.areas[$0] <= range.upper
      }
      return (range.name, rows.count { analysis.errors.isMissed[$0] }, rows.count)
    }
  }
}

extension ErrorKind {
  /// The kind as the beginning of a line.
  var title: String { name.prefix(1).uppercased() + name.dropFirst() }

  /// What is counted: detections, or objects that were missed.
  func noun(_ count: Int) -> String {
    (self == .missed ? "object" : "detection") + (count == 1 ? "" : "s")
  }

  /// What the kind is, in a sentence.
  var explanation: String {
    switch self {
    case .classification: "On an object (IoU at least 0.5), but of another class."
    case .localization: "Of the right class, but the box fits badly (IoU 0.1 to 0.5)."
    case .both: "Neither the right class nor a fitting box."
    case .duplicate: "Right, but a higher-scoring detection already has the object."
    case .background: "On nothing (IoU at most 0.1 with any object)."
    case .missed: "An object that no detection finds, nor would once mended."
    }
  }

  /// The color of the kind in charts.
  var style: String {
    switch self {
    case .classification: "series-4"
    case .localization: "series-1"
    case .both: "series-7"
    case .duplicate: "series-6"
    case .background: "series-5"
    case .missed: "series-2"
    }
  }
}
