import Datasets
import Imaging

/// The class mask of a sample, from its mask file or, without one, from its polygons.
package struct SampleMask {
  package let sample: Sample
  /// The number of classes, 1...254.
  package let classCount: Int

  package init(sample: Sample, classCount: Int) {
    self.sample = sample
    self.classCount = classCount
  }

  /// The mask of the upright image: 8-bit gray with the values of `ClassMasks`.
  package func plane() throws(DatasetIssue) -> Image { try planes(ofObjects: false).classes }

  /// The mask of the upright image.
  ///
  /// - Parameter ofObjects: Whether objects are distinguished, if they can be.
  package func planes(ofObjects: Bool = true) throws(DatasetIssue) -> MaskPlanes {
    if let file = ClassMaskFile(of: sample, classCount: classCount) {
      return try file.planes(ofObjects: ofObjects)
    }
    let classes = drawn
    let areFew = sample.annotations.count < Int(UInt16.max)
    return MaskPlanes(classes: classes, objects: ofObjects && areFew ? drawnObjects : nil)
  }

  /// Whether an object's pixels are known.
  private static func isKnown(_ annotation: Annotation) -> Bool {
    !annotation.isCrowd && annotation.segmentation != nil
  }

  /// The polygons and masks, drawn in order; pixels of crowds and of boxes without a segmentation are
  /// ignored.
  private var drawn: Image {
    let (width, height) = (sample.imageWidth, sample.imageHeight)
    var plane = Image(
      width: width, height: height, format: .gray8, filledWith: ClassMasks.background)
    for annotation in sample.annotations where !Self.isKnown(annotation) {
      plane.fill(annotation.pixels(width: width, height: height), with: ClassMasks.ignored)
    }
    for annotation in sample.annotations where Self.isKnown(annotation) {
      plane.fill(
        annotation.pixels(width: width, height: height),
        with: ClassMasks.number(ofClass: annotation.classIndex))
    }
    return plane
  }

  /// The objects, numbered and drawn in the same order.
  private var drawnObjects: Image {
    let (width, height) = (sample.imageWidth, sample.imageHeight)
    var plane = Image(
      width: width, height: height, format: PixelFormat(channels: 1, bitDepth: 16))
    var number: UInt16 = 0
    for annotation in sample.annotations where Self.isKnown(annotation) {
      number += 1
      plane.fill(annotation.pixels(width: width, height: height), withNumber: number)
    }
    return plane
  }
}
