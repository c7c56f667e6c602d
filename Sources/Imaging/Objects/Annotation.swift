/// One labeled object of an image: the ground truth that a detector is trained on and scored against.
package struct Annotation: Hashable, Sendable {
  /// Where it is, in pixels of the original image.
  package var box: Box
  /// Its class, an index into the dataset's list of class names.
  package var classIndex: Int
  /// True for a region of many objects (COCO `iscrowd`): never a training target, and it may be
  /// matched by many detections in evaluation.
  package var isCrowd: Bool
  /// True where the labelers marked it difficult (VOC `difficult`): left out of the score.
  package var isDifficult: Bool
  /// True where a part of the object lies outside of the image (VOC `truncated`).
  package var isTruncated = false
  /// True where something hides a part of the object (VOC `occluded`).
  package var isOccluded = false
  /// Its pixels, where the label file gives them and they were asked for.
  package var segmentation: Segmentation?

  /// What the score goes by instead of `box`, where the label file states it by COCO's rules.
  package var stated: StatedExtent?

  /// Makes an annotation.
  package init(box: Box, classIndex: Int, isCrowd: Bool = false, isDifficult: Bool = false) {
    self.box = box
    self.classIndex = classIndex
    self.isCrowd = isCrowd
    self.isDifficult = isDifficult
  }
}

/// An object's extent as a COCO file states it: not cut to the image, and with an area of its own.
package struct StatedExtent: Hashable, Sendable {
  /// Corner and size in pixels of the original image, digit for digit.
  package var box: SizedBox
  /// What places the object among small, medium and large, in square pixels: the mask's area.
  package var area: Double

  /// Makes an extent from its parts.
  package init(box: SizedBox, area: Double) {
    self.box = box
    self.area = area
  }
}
