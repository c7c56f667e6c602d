import Imaging

/// All that an evaluation looks at: images, classes, what is labeled and what was found.
///
/// Rows stand in any order of images and classes; of detections of one image and class with equal
/// scores, the earlier row goes first, as in the reference. Masks, where there are any, are kept
/// beside it, one a row in the same order; see `PairwiseIoU`.
package struct EvaluationInput: Hashable, Sendable {
  /// What names the images in messages: file names or ids. Images without ground-truth objects or detections
  /// are listed too.
  ///
  /// The reference takes images by ascending id, which settles ties of scores between images.
  package private(set) var imageNames: [String]
  /// The classes; class indices count into them.
  package let classNames: [String]
  /// What is labeled.
  package var groundTruths: GroundTruthTable
  /// What was found.
  package var detections: DetectionTable

  /// Makes an input, by default without rows.
  package init(
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
  package mutating func append(
    image name: String, annotations: [Annotation], detections found: [Detection]
  ) {
    let image = imageNames.count
    imageNames.append(name)
    for annotation in annotations { groundTruths.append(annotation, image: image) }
    for detection in found { detections.append(detection, image: image) }
  }

  /// Refuses what would be counted wrongly or crash further on.
  ///
  /// - Throws: `EvaluationError` for an image or class index that is not in its list, and for a
  ///   coordinate, area or score that is no finite number.
  func check() throws(EvaluationError) {
    for row in 0..<groundTruths.count {
      let values = groundTruths.boxes[row].isFinite && groundTruths.areas[row].isFinite
      try check(
        "truth", row, image: groundTruths.images[row], classIndex: groundTruths.classes[row],
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
        "\(what) \(row) cannot be scored: its image is number \(image), but there are "
          + "\(imageNames.count) images.")
    }
    func fail(_ issue: String) -> EvaluationError {
      EvaluationError(
        "\(what) \(row), of image \(imageNames[Int(image)]), cannot be scored: \(issue).")
    }
    guard classIndex >= 0, classIndex < classNames.count else {
      throw fail("its class index is \(classIndex), but there are \(classNames.count) classes")
    }
    guard isFinite else { throw fail("it holds a value that is no finite number") }
  }
}
