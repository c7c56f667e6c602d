import Basics
import Datasets
import Evaluation
import Imaging

/// The objects of segmented images, the predicted ones with scores, for AP by mask as COCO defines it.
///
/// Objects are the 4-connected components of a class; the score of a predicted one is the mean
/// probability of its class over its pixels.
package struct ScoredObjects: Sendable {
  /// The objects of one image.
  package struct Measured: Sendable {
    fileprivate let name: String
    fileprivate let groundTruths: [Annotation]
    fileprivate let detections: [Annotation]
    fileprivate let scores: [Double]

    /// Finds the objects of two class planes of one size, with 255 for ignored pixels in the ground
    /// truth.
    ///
    /// - Parameter confidences: The probability of each predicted pixel's class.
    package init(_ name: String, groundTruth: Image, predicted: Image, confidences: [Float]) {
      precondition(
        groundTruth.bytes.count == predicted.bytes.count
          && predicted.bytes.count == confidences.count, "one value per pixel")
      func objects(_ classes: [UInt8]) -> SegmentedObjects {
        SegmentedObjects(
          classes: classes, width: groundTruth.width, height: groundTruth.height, splits: false)
      }
      let counted = groundTruth.bytes.map { $0 != ClassMaskFile.ignored }
      let labeled = objects(zip(groundTruth.bytes, counted).map { $1 ? $0 : 0 })
      let found = objects(zip(predicted.bytes, counted).map { $1 ? $0 : 0 })
      var sums = [Double](repeating: 0, count: found.objects.count)
      for (place, label) in found.labels.enumerated() where label > 0 {
        sums[Int(label) - 1] += Double(confidences[place])
      }
      self.name = name
      groundTruths = labeled.annotations(asMasks: true)
      detections = found.annotations(asMasks: true)
      scores = zip(sums, found.objects).map { $0 / Double($1.area) }
    }
  }

  private var input: EvaluationInput
  private var groundTruthMasks: [RunLengthMask] = []
  private var detectionMasks: [RunLengthMask] = []

  package init(classNames: [String]) { input = EvaluationInput(classNames: classNames) }

  package mutating func add(_ image: Measured) {
    let index = input.imageNames.count
    input.append(image: image.name, annotations: image.groundTruths, detections: [])
    groundTruthMasks += image.groundTruths.compactMap(\.mask)
    for (object, score) in zip(image.detections, image.scores) {
      input.detections.append(
        image: index, classIndex: object.classIndex,
        box: object.stated?.box ?? SizedBox(object.box), score: score, area: object.stated?.area)
    }
    detectionMasks += image.detections.compactMap(\.mask)
  }

  /// AP at IoU 0.5 to 0.95, 0.5 and 0.75; nil without objects in the ground truth.
  package func averagePrecision(tasks: any ParallelExecutor) throws -> MaskAveragePrecision? {
    let report = try EvaluationResult(
      name: "", input,
      overlap: .masks(groundTruths: groundTruthMasks, detections: detectionMasks), tasks: tasks
    ).report
    guard report.groundTruthCount > 0 else { return nil }
    return MaskAveragePrecision(ap: report.ap, ap50: report.ap50, ap75: report.ap75)
  }
}

extension Annotation {
  fileprivate var mask: RunLengthMask? {
    if case .mask(let mask) = segmentation { mask } else { nil }
  }
}
