/// The numbers of the COCO detection benchmark, overall and a class.
///
/// All are fractions 0...1, and -1 where there is no ground truth to measure on. AP is the mean precision
/// over recall; AR the recall after all detections; both are means over classes with ground-truth objects and, if
/// not said otherwise, over IoU 0.50 to 0.95.
package struct DetectionMetrics: Hashable, Sendable {
  /// One class's part of the report.
  package struct ClassEntry: Hashable, Sendable {
    /// The class's name.
    package let name: String
    /// The class's index in the list of class names.
    package let classIndex: Int
    /// Ground-truth objects that count: neither crowds nor ignored ones.
    package let groundTruthCount: Int
    /// Detections of the class, those over the limit of 100 an image included.
    package let detectionCount: Int
    /// AP over IoU 0.50 to 0.95.
    package let ap: Double
    /// AP at IoU 0.50.
    package let ap50: Double
    /// AP at IoU 0.75.
    package let ap75: Double
    /// AR with at most 100 detections an image.
    package let ar100: Double
  }

  /// AP over IoU 0.50 to 0.95: the benchmark's main number.
  package let ap: Double
  /// AP at IoU 0.50.
  package let ap50: Double
  /// AP at IoU 0.75.
  package let ap75: Double
  /// AP of objects up to 32² square pixels.
  package let apSmall: Double
  /// AP of objects of 32² to 96² square pixels.
  package let apMedium: Double
  /// AP of objects of 96² square pixels and more.
  package let apLarge: Double
  /// AR with at most 1 detection an image and class.
  package let ar1: Double
  /// AR with at most 10 detections an image and class.
  package let ar10: Double
  /// AR with at most 100 detections an image and class.
  package let ar100: Double
  /// AR of objects up to 32² square pixels.
  package let arSmall: Double
  /// AR of objects of 32² to 96² square pixels.
  package let arMedium: Double
  /// AR of objects of 96² square pixels and more.
  package let arLarge: Double
  /// The classes, in order of index.
  package let classes: [ClassEntry]
  /// How many images were scored.
  package let imageCount: Int
  /// The arrays behind the numbers.
  package let curves: PrecisionRecallCurves

  /// Ground-truth objects that count, of all classes.
  package var groundTruthCount: Int { classes.reduce(0) { $0 + $1.groundTruthCount } }

  /// One of the twelve numbers with the name that the literature gives it.
  package struct Number: Hashable, Sendable {
    /// For instance `AP50` or `ARsmall`.
    package let name: String
    /// A fraction 0...1, or -1.
    package let value: Double
  }

  /// The twelve numbers in the order in which COCO prints them.
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

  /// Takes the means of the curves; `counts` are the ground-truth objects and detections of each class.
  ///
  /// Source: `COCOeval.summarize`. Thresholds, areas and limits are addressed as `.coco` orders
  /// them.
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
