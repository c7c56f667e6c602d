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
    /// The number of detections, including those over the limit per image.
    public let detectionCount: Int
    /// The same metrics as those over all classes, in the same order.
    public let numbers: [Number]
  }

  /// A metric and its name.
  public struct Number: Hashable, Sendable {
    /// The name of the metric, such as `AP50` or `ARsmall`.
    public let name: String
    /// The value, a fraction 0...1; -1 without ground truth.
    public let value: Double
  }

  /// With COCO's settings the twelve metrics in the order in which COCO prints them.
  ///
  /// AP, AP50 and AP75 as far as these thresholds are used, AP of each range of areas, AR with each
  /// limit (`AR1`, `AR10`, `AR100`), AR of each range. With other IoU thresholds, AP and AR at each
  /// follow: `AP60`, `AR@60`. AP of each group of classes comes last: LVIS's `APr`, `APc`, `APf`.
  public let numbers: [Number]
  /// The metrics of each class, in the order of the class names.
  public let classes: [ClassEntry]
  /// The number of evaluated images, including those without objects and detections.
  public let imageCount: Int
  package let curves: PrecisionRecallCurves
  /// The metrics of groups of classes, which single classes do not have.
  let groupNames: [String]

  /// The settings of the evaluation.
  public var parameters: EvaluationParameters { curves.parameters }

  /// The number of ground-truth objects of all classes, without crowds and ignored objects.
  public var groundTruthCount: Int { classes.reduce(0) { $0 + $1.groundTruthCount } }

  /// Computes the metrics of matches.
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
    let definitions = Definition.all(curves.parameters)
    func numbers(_ classes: Range<Int>) -> [Number] {
      definitions.map { Number(name: $0.name, value: $0.value(curves, classes)) }
    }
    let everyClass = 0..<table.classNames.count
    let groups = table.classGroups.map { group in
      Number(
        name: "AP\(group.name)",
        value: curves.meanPrecision(
          ious: curves.parameters.iouThresholds.indices, classes: group.classes, area: 0,
          limit: curves.parameters.detectionLimits.count - 1))
    }
    groupNames = groups.map(\.name)
    self.numbers = numbers(everyClass) + groups
    classes = tasks.map(everyClass.count) { index in
      ClassEntry(
        name: table.classNames[index], classIndex: index,
        groundTruthCount: counts[index].groundTruths, detectionCount: counts[index].detections,
        numbers: numbers(index..<index + 1))
    }
    imageCount = table.imageNames.count
    self.curves = curves
  }
}

extension DetectionMetrics {
  /// A metric as a mean over parts of the precision or the recall array.
  private struct Definition {
    let name: String
    let isRecall: Bool
    let ious: Range<Int>
    let area: Int
    let limit: Int

    func value(_ curves: PrecisionRecallCurves, _ classes: Range<Int>) -> Double {
      isRecall
        ? curves.meanRecall(ious: ious, classes: classes, area: area, limit: limit)
        : curves.meanPrecision(ious: ious, classes: classes, area: area, limit: limit)
    }

    static func all(_ parameters: EvaluationParameters) -> [Definition] {
      let everyIoU = parameters.iouThresholds.indices
      let lastLimit = parameters.detectionLimits.count - 1
      func ap(_ name: String, _ ious: Range<Int>, area: Int = 0) -> Definition {
        Definition(name: name, isRecall: false, ious: ious, area: area, limit: lastLimit)
      }
      func ar(
        _ name: String, ious: Range<Int>? = nil, area: Int = 0, limit: Int? = nil
      ) -> Definition {
        Definition(
          name: name, isRecall: true, ious: ious ?? everyIoU, area: area, limit: limit ?? lastLimit)
      }
      var list = [ap("AP", everyIoU)]
      for (name, iou) in [("AP50", 0.5), ("AP75", 0.75)] {
        if let index = parameters.index(ofIoU: iou) { list.append(ap(name, index..<index + 1)) }
      }
      let ranges = parameters.areaRanges.enumerated().dropFirst()
      list += ranges.map { ap("AP\($0.element.name)", everyIoU, area: $0.offset) }
      list += parameters.detectionLimits.enumerated().map {
        ar("AR\($0.element)", limit: $0.offset)
      }
      list += ranges.map { ar("AR\($0.element.name)", area: $0.offset) }
      guard parameters.iouThresholds != EvaluationParameters.cocoThresholds else { return list }
      for (index, iou) in parameters.iouThresholds.enumerated() {
        let (percent, one) = (parameters.percent(iou), index..<index + 1)
        if percent != "50", percent != "75" { list.append(ap("AP\(percent)", one)) }
        list.append(ar("AR@\(percent)", ious: one))
      }
      return list
    }
  }
}

extension EvaluationParameters {
  /// An IoU in percent, as in `AP50`: at most two decimal places, without trailing zeros.
  func percent(_ iou: Double) -> String {
    let hundredths = Int((iou * 10_000).rounded())
    let (whole, part) = hundredths.quotientAndRemainder(dividingBy: 100)
    if part == 0 { return "\(whole)" }
    return part % 10 == 0 ? "\(whole).\(part / 10)" : "\(whole).\(part < 10 ? "0" : "")\(part)"
  }
}

extension [DetectionMetrics.Number] {
  /// The metric of a name; -1 if there is none.
  func value(_ name: String) -> Double { first { $0.name == name }?.value ?? -1 }
}

extension DetectionMetrics.ClassEntry {
  /// AP over all IoU thresholds.
  public var ap: Double { numbers.value("AP") }
  /// AP at IoU 0.50; -1 if that is not among the thresholds.
  public var ap50: Double { numbers.value("AP50") }
  /// AP at IoU 0.75; -1 if that is not among the thresholds.
  public var ap75: Double { numbers.value("AP75") }
  /// AR with at most 100 detections per image; -1 if that is not among the limits.
  public var ar100: Double { numbers.value("AR100") }
}

extension DetectionMetrics {
  /// AP over all IoU thresholds, those of COCO by default.
  public var ap: Double { numbers.value("AP") }
  /// AP at IoU 0.50; this and the following are -1 if the settings do not include them.
  public var ap50: Double { numbers.value("AP50") }
  /// AP at IoU 0.75.
  public var ap75: Double { numbers.value("AP75") }
  /// AP of objects below 32² square pixels.
  public var apSmall: Double { numbers.value("APsmall") }
  /// AP of objects from 32² to 96² square pixels.
  public var apMedium: Double { numbers.value("APmedium") }
  /// AP of objects above 96² square pixels.
  public var apLarge: Double { numbers.value("APlarge") }
  /// AR with at most 1 detection per image and class.
  public var ar1: Double { numbers.value("AR1") }
  /// AR with at most 10 detections per image and class.
  public var ar10: Double { numbers.value("AR10") }
  /// AR with at most 100 detections per image and class.
  public var ar100: Double { numbers.value("AR100") }
  /// AR of objects below 32² square pixels.
  public var arSmall: Double { numbers.value("ARsmall") }
  /// AR of objects from 32² to 96² square pixels.
  public var arMedium: Double { numbers.value("ARmedium") }
  /// AR of objects above 96² square pixels.
  public var arLarge: Double { numbers.value("ARlarge") }
}
