import Datasets
import Imaging

/// The class mask of a sample, from its mask file or, without one, from its polygons.
struct SampleMask {
  let sample: Sample
  /// The number of classes, 1...254.
  let classCount: Int

  /// The mask of the upright image: 8-bit gray with the values of `ClassMasks`.
  func plane() throws(DatasetIssue) -> Image {
    guard let file = ClassMaskFile(of: sample, classCount: classCount) else { return drawn }
    return try file.plane()
  }

  /// The polygons, drawn in order; pixels of crowds and of boxes without a polygon are ignored.
  private var drawn: Image {
    let (width, height) = (sample.imageWidth, sample.imageHeight)
    var plane = Image(
      width: width, height: height, format: .gray8, filledWith: ClassMasks.background)
    func isKnown(_ annotation: Annotation) -> Bool {
      !annotation.isCrowd && annotation.segmentation != nil
    }
    for annotation in sample.annotations where !isKnown(annotation) {
      plane.fill(annotation.pixels(width: width, height: height), with: ClassMasks.ignored)
    }
    for annotation in sample.annotations where isKnown(annotation) {
      plane.fill(
        annotation.pixels(width: width, height: height),
        with: ClassMasks.number(ofClass: annotation.classIndex))
    }
    return plane
  }
}
