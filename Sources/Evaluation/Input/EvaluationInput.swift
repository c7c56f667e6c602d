import Basics
import Imaging

/// The input of an evaluation: images, classes, ground truth and detections.
///
/// Rows may be in any order. Among detections of one image and class with equal scores, the earlier
/// row ranks first, as in pycocotools. Masks are kept separately, one per row in the same order;
/// see `PairwiseIoU`.
public struct EvaluationInput: Hashable, Sendable {
  /// The file names or ids of all images, including those without ground-truth objects or
  /// detections.
  ///
  /// The order breaks ties of scores between images; pycocotools sorts images by ascending id.
  public private(set) var imageNames: [String]
  /// The class names, indexed by class index.
  public let classNames: [String]
  /// The ground-truth objects of all images.
  public var groundTruths: GroundTruthTable
  /// The detections of all images.
  public var detections: DetectionTable
  /// Which classes are labeled in each image; nil if every object of every class is.
  public var federation: FederatedLabels?

  /// Makes an input; `append` adds images.
  public init(
    imageNames: [String] = [], classNames: [String],
    groundTruths: GroundTruthTable = GroundTruthTable(),
    detections: DetectionTable = DetectionTable()
  ) {
    self.imageNames = imageNames
    self.classNames = classNames
    self.groundTruths = groundTruths
    self.detections = detections
  }

  /// Adds an image with its annotations and detections, both in pixels of the original image.
  public mutating func append(
    image name: String, annotations: [Annotation], detections: [Detection]
  ) {
    let image = imageNames.count
    imageNames.append(name)
    for annotation in annotations { groundTruths.append(annotation, image: image) }
    for detection in detections { self.detections.append(detection, image: image) }
  }

  /// Checks all indices and values.
  ///
  /// - Throws: `EvaluationError` for an image or class index out of range, and for a coordinate,
  ///   area or score that is not finite.
  func check() throws(EvaluationError) {
    if let federation {
      let lists =
        [federation.absent, federation.notExhaustive]
        + (federation.present.isEmpty ? [] : [federation.present])
      let classes = Int32(classNames.count)
      guard lists.allSatisfy({ $0.count == imageNames.count }),
        lists.joined().joined().allSatisfy({ 0..<classes ~= $0 }),
        federation.groups.flatMap(\.classes).allSatisfy(classNames.indices.contains)
      else {
        throw EvaluationError(
          "the labels of a federated dataset need a list per image, of indices of its classes.")
      }
    }
    for row in 0..<groundTruths.count {
      let values = groundTruths.boxes[row].isFinite && groundTruths.areas[row].isFinite
      try check(
        "ground-truth object", row, image: groundTruths.images[row],
        classIndex: groundTruths.classes[row],
        isFinite: values)
    }
    for row in 0..<detections.count {
      let values =
        detections.boxes[row].isFinite && detections.areas[row].isFinite
        && detections.scores[row].isFinite
      try check(
        "detection", row, image: detections.images[row], classIndex: detections.classes[row],
        isFinite: values)
    }
  }

  @inline(__always)
  private func check(
    _ what: StaticString, _ row: Int, image: Int32, classIndex: Int32, isFinite: Bool
  ) throws(EvaluationError) {
    guard image >= 0, image < imageNames.count else {
      throw EvaluationError(
        "\(what) \(row) cannot be evaluated: its image index is \(image), but there are "
          + "\(imageNames.count) images.")
    }
    func fail(_ issue: String) -> EvaluationError {
      EvaluationError(
        "\(what) \(row), of image \(imageNames[Int(image)]), cannot be evaluated: \(issue).")
    }
    guard classIndex >= 0, classIndex < classNames.count else {
      throw fail("its class index is \(classIndex), but there are \(classNames.count) classes")
    }
    guard isFinite else { throw fail("it holds a value that is not finite") }
  }
}

/// Ground truth or detections that cannot be evaluated.
public struct EvaluationError: ModuleError {
  /// What was expected and found, and where.
  public let diagnostic: Diagnostic

  /// An error with a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
