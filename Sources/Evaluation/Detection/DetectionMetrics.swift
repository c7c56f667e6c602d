import Basics

/// The metrics of the COCO detection benchmark, overall and per class.
///
/// All are fractions 0...1, or -1 without ground truth. AP is the mean precision over recall, AR
/// the recall after all detections. Both are means over classes with ground-truth objects and,
/// unless stated otherwise, over IoU 0.50 to 0.95.
public struct DetectionMetrics: Hashable, Sendable {
  /// The metrics of one class.
  public struct ClassEntry: Hashable, Sendable {
    /// The class name.
    public let name: String
    /// The index into the class names.
    public let classIndex: Int
    /// The number of ground-truth objects, without crowds and ignored objects.
    public let groundTruthCount: Int
    /// The number of detections, including those over the limit of 100 per image.
    public let detectionCount: Int
    /// AP over IoU 0.50 to 0.95.
    public let ap: Double
    /// AP at IoU 0.50.
    public let ap50: Double
    /// AP at IoU 0.75.
    public let ap75: Double
    /// AR with at most 100 detections per image.
    public let ar100: Double
  }

  /// One of COCO's twelve metrics.
  public struct Number: Hashable, Sendable {
    /// The name of the metric, such as `AP50` or `ARsmall`.
    public let name: String
    /// The value, a fraction 0...1; -1 without ground truth.
    public let value: Double
  }

  /// The twelve metrics in the order in which COCO prints them.
  public let numbers: [Number]
  /// The metrics of each class, in the order of the class names.
  public let classes: [ClassEntry]
  /// The number of evaluated images, including those without objects and detections.
  public let imageCount: Int
  package let curves: PrecisionRecallCurves

  /// The number of ground-truth objects of all classes, without crowds and ignored objects.
  public var groundTruthCount: Int { classes.reduce(0) { $0 + $1.groundTruthCount } }

  /// Computes the metrics of matches made with the parameters `.coco`.
  ///
  /// Source: pycocotools' cocoeval.py and `bbIou` in maskApi.c; results are equal bit for bit.
  package init(
    _ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor = .serial
  ) {
    var counts = table.classNames.map { _ in (groundTruths: 0, detections: 0) }
    for row in 0..<table.groundTruths.count where table.groundTruths.traits[row].isCounted {
      counts[Int(table.groundTruths.classes[row])].groundTruths += 1
    }
    for classIndex in table.detections.classes { counts[Int(classIndex)].detections += 1 }
    let curves = PrecisionRecallCurves(table, matches, tasks: tasks)
    let everyIoU = curves.parameters.iouThresholds.indices
    let everyClass = 0..<table.classNames.count
    let all = 0
    let hundred = 2
    func ap(_ ious: Range<Int>, classes: Range<Int>, area: Int = all) -> Double {
      curves.meanPrecision(ious: ious, classes: classes, area: area, limit: hundred)
    }
    func ar(area: Int = all, limit: Int = hundred) -> Double {
      curves.meanRecall(classes: everyClass, area: area, limit: limit)
    }
    numbers = [
      Number(name: "AP", value: ap(everyIoU, classes: everyClass)),
      Number(name: "AP50", value: ap(0..<1, classes: everyClass)),
      Number(name: "AP75", value: ap(5..<6, classes: everyClass)),
      Number(name: "APsmall", value: ap(everyIoU, classes: everyClass, area: 1)),
      Number(name: "APmedium", value: ap(everyIoU, classes: everyClass, area: 2)),
      Number(name: "APlarge", value: ap(everyIoU, classes: everyClass, area: 3)),
      Number(name: "AR1", value: ar(limit: 0)), Number(name: "AR10", value: ar(limit: 1)),
      Number(name: "AR100", value: ar()), Number(name: "ARsmall", value: ar(area: 1)),
      Number(name: "ARmedium", value: ar(area: 2)), Number(name: "ARlarge", value: ar(area: 3)),
    ]
    classes = everyClass.map { index in
      let one = index..<(index + 1)
      return ClassEntry(
        name: table.classNames[index], classIndex: index,
        groundTruthCount: counts[index].groundTruths,
        detectionCount: counts[index].detections, ap: ap(everyIoU, classes: one),
        ap50: ap(0..<1, classes: one), ap75: ap(5..<6, classes: one),
        ar100: curves.meanRecall(classes: one, area: all, limit: hundred))
    }
    imageCount = table.imageNames.count
    self.curves = curves
  }
}

extension DetectionMetrics {
  /// AP over IoU 0.50 to 0.95.
  public var ap: Double { numbers[0].value }
  /// AP at IoU 0.50.
  public var ap50: Double { numbers[1].value }
  /// AP at IoU 0.75.
  public var ap75: Double { numbers[2].value }
  /// AP of objects below 32² square pixels.
  public var apSmall: Double { numbers[3].value }
  /// AP of objects from 32² to 96² square pixels.
  public var apMedium: Double { numbers[4].value }
  /// AP of objects above 96² square pixels.
  public var apLarge: Double { numbers[5].value }
  /// AR with at most 1 detection per image and class.
  public var ar1: Double { numbers[6].value }
  /// AR with at most 10 detections per image and class.
  public var ar10: Double { numbers[7].value }
  /// AR with at most 100 detections per image and class.
  public var ar100: Double { numbers[8].value }
  /// AR of objects below 32² square pixels.
  public var arSmall: Double { numbers[9].value }
  /// AR of objects from 32² to 96² square pixels.
  public var arMedium: Double { numbers[10].value }
  /// AR of objects above 96² square pixels.
  public var arLarge: Double { numbers[11].value }
}

extension DetectionMetrics {
  /// A table with one row per class and a summary row over all classes.
  public var classTable: Table {
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

  /// The metrics as JSON: `metrics` by name (null without ground truth), `stats` in COCO's order
  /// (-1 without ground truth), and `classes`.
  package var json: JSONValue {
    let metrics = numbers.map {
      JSONMember(key: $0.name, value: Table.Value.fraction($0.value).json)
    }
    return [
      "metrics": .object(metrics), "stats": .array(numbers.map { .number($0.value) }),
      "classes": classTable.json,
    ]
  }

  /// All metrics of several results for a CSV file: one row per result and class, and one row per
  /// result over all classes.
  public static func csvTable(_ results: [EvaluationResult]) -> Table {
    let names = results.first?.report.numbers.map(\.name) ?? []
    var table = Table(
      [.words("run"), .words("class"), .numbers("ground_truth"), .numbers("detections")]
        + names.map { .numbers($0) })
    for result in results {
      let report = result.report
      func add(_ name: String, _ groundTruths: Int, _ detections: Int, _ values: [Double]) {
        table.add(
          [.text(result.name), .text(name), .integer(groundTruths), .integer(detections)]
            + values.map(Table.Value.fraction))
      }
      let detections = report.classes.reduce(0) { $0 + $1.detectionCount }
      add("all", report.groundTruthCount, detections, report.numbers.map(\.value))
      for entry in report.classes {
        let known = [
          "AP": entry.ap, "AP50": entry.ap50, "AP75": entry.ap75, "AR100": entry.ar100,
        ]
        add(
          entry.name, entry.groundTruthCount, entry.detectionCount, names.map { known[$0] ?? -1 })
      }
    }
    return table
  }
}
