import Basics

/// The metrics of the COCO detection benchmark, overall and per class.
///
/// All are fractions 0...1, and -1 where there is no ground truth. AP is the mean precision over
/// recall, AR the recall after all detections. Both are means over classes with ground-truth objects
/// and, unless stated otherwise, over IoU 0.50 to 0.95.
package struct DetectionMetrics: Hashable, Sendable {
  package struct ClassEntry: Hashable, Sendable {
    package let name: String
    package let classIndex: Int
    /// Without crowds and ignored objects.
    package let groundTruthCount: Int
    /// Includes detections over the limit of 100 per image.
    package let detectionCount: Int
    package let ap: Double
    package let ap50: Double
    package let ap75: Double
    package let ar100: Double
  }

  package let ap: Double
  package let ap50: Double
  package let ap75: Double
  package let apSmall: Double
  package let apMedium: Double
  package let apLarge: Double
  /// AR with at most 1 detection per image and class.
  package let ar1: Double
  package let ar10: Double
  package let ar100: Double
  package let arSmall: Double
  package let arMedium: Double
  package let arLarge: Double
  package let classes: [ClassEntry]
  package let imageCount: Int
  package let curves: PrecisionRecallCurves

  /// Without crowds and ignored objects.
  package var groundTruthCount: Int { classes.reduce(0) { $0 + $1.groundTruthCount } }

  /// One of the twelve metrics by its usual name.
  package struct Number: Hashable, Sendable {
    /// Such as `AP50` or `ARsmall`.
    package let name: String
    /// A fraction 0...1, or -1.
    package let value: Double
  }

  /// The twelve metrics in the order in which COCO prints them.
  package var numbers: [Number] {
    [
      Number(name: "AP", value: ap), Number(name: "AP50", value: ap50),
      Number(name: "AP75", value: ap75), Number(name: "APsmall", value: apSmall),
      Number(name: "APmedium", value: apMedium), Number(name: "APlarge", value: apLarge),
      Number(name: "AR1", value: ar1), Number(name: "AR10", value: ar10),
      Number(name: "AR100", value: ar100), Number(name: "ARsmall", value: arSmall),
      Number(name: "ARmedium", value: arMedium), Number(name: "ARlarge", value: arLarge),
    ]
  }

  /// Takes the means of the curves. Thresholds, areas and limits are indexed in the order of `.coco`.
  ///
  /// Source: `COCOeval.summarize`.
  init(
    curves: PrecisionRecallCurves, classNames: [String],
    counts: [(groundTruths: Int, detections: Int)],
    imageCount: Int
  ) {
    let everyIoU = curves.parameters.iouThresholds.indices
    let everyClass = 0..<classNames.count
    let all = 0
    let hundred = 2
    func ap(_ ious: Range<Int>, classes: Range<Int>, area: Int = all) -> Double {
      curves.meanPrecision(ious: ious, classes: classes, area: area, limit: hundred)
    }
    func ar(area: Int = all, limit: Int = hundred) -> Double {
      curves.meanRecall(classes: everyClass, area: area, limit: limit)
    }
    self.ap = ap(everyIoU, classes: everyClass)
    ap50 = ap(0..<1, classes: everyClass)
    ap75 = ap(5..<6, classes: everyClass)
    apSmall = ap(everyIoU, classes: everyClass, area: 1)
    apMedium = ap(everyIoU, classes: everyClass, area: 2)
    apLarge = ap(everyIoU, classes: everyClass, area: 3)
    ar1 = ar(limit: 0)
    ar10 = ar(limit: 1)
    ar100 = ar()
    arSmall = ar(area: 1)
    arMedium = ar(area: 2)
    arLarge = ar(area: 3)
    classes = everyClass.map { index in
      let one = index..<(index + 1)
      return ClassEntry(
        name: classNames[index], classIndex: index, groundTruthCount: counts[index].groundTruths,
        detectionCount: counts[index].detections, ap: ap(everyIoU, classes: one),
        ap50: ap(0..<1, classes: one), ap75: ap(5..<6, classes: one),
        ar100: curves.meanRecall(classes: one, area: all, limit: hundred))
    }
    self.imageCount = imageCount
    self.curves = curves
  }
}

extension DetectionMetrics {
  /// A row per class and a summary over all.
  package var classTable: Table {
    var table = Table([
      .words("class", key: "name"), .numbers("instances", key: "ground_truth"),
      .hidden("detections"), .numbers("AP50"), .numbers("AP75"), .numbers("AP50-95", key: "AP"),
      .hidden("AR100"),
    ])
    for entry in classes {
      table.add([
        .text(entry.name), .integer(entry.groundTruthCount), .integer(entry.detectionCount),
        .fraction(entry.ap50), .fraction(entry.ap75), .fraction(entry.ap), .fraction(entry.ar100),
      ])
    }
    table.summarize([
      .text("all"), .integer(groundTruthCount), .blank, .fraction(ap50), .fraction(ap75),
      .fraction(ap), .fraction(ar100),
    ])
    return table
  }

  /// The metrics by name (null without ground truth), in COCO's order (-1 without), and by class.
  package var members: [JSONMember] {
    [
      JSONMember(
        key: "metrics",
        value: .object(
          numbers.map { JSONMember(key: $0.name, value: Table.Value.fraction($0.value).json) })),
      JSONMember(key: "stats", value: .array(numbers.map { .number($0.value) })),
      JSONMember(key: "classes", value: classTable.json),
    ]
  }

  /// All metrics of several results for a CSV file: a row per result and class, and one for all.
  package static func csvTable(_ results: [EvaluationResult]) -> Table {
    let names = results.first?.report.numbers.map(\.name) ?? []
    var table = Table(
      [.words("run"), .words("class"), .numbers("ground_truth"), .numbers("detections")]
        + names.map { .numbers($0) })
    for result in results {
      let report = result.report
      let detections = report.classes.reduce(0) { $0 + $1.detectionCount }
      table.add(
        [
          .text(result.name), .text("all"), .integer(report.groundTruthCount),
          .integer(detections),
        ] + report.numbers.map { .fraction($0.value) })
      for entry in report.classes {
        let known = [
          "AP": entry.ap, "AP50": entry.ap50, "AP75": entry.ap75, "AR100": entry.ar100,
        ]
        table.add(
          [
            .text(result.name), .text(entry.name), .integer(entry.groundTruthCount),
            .integer(entry.detectionCount),
          ] + names.map { .fraction(known[$0] ?? -1) })
      }
    }
    return table
  }
}
