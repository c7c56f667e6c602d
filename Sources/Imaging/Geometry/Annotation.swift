/// One labeled object of an image: the ground truth that a detector is trained on and scored against.
public struct Annotation: Hashable, Sendable {
  /// Where it is, in pixels of the original image.
  public var box: Box
  /// Its class, an index into the dataset's list of class names.
  public var classIndex: Int
  /// True for a region of many objects (COCO `iscrowd`): never a training target, and it may be
  /// matched by many detections in evaluation.
  public var isCrowd: Bool
  /// True where the labelers marked it difficult (VOC `difficult`): left out of the score.
  public var isDifficult: Bool
  /// True where a part of the object lies outside of the image (VOC `truncated`).
  public var isTruncated = false
  /// True where something hides a part of the object (VOC `occluded`).
  public var isOccluded = false
  /// Its pixels, where the label file gives them and they were asked for.
  public var segmentation: Segmentation?

  /// What the score goes by instead of `box`, where the label file states it by COCO's rules.
  public var stated: StatedExtent?

  /// Makes an annotation.
  public init(box: Box, classIndex: Int, isCrowd: Bool = false, isDifficult: Bool = false) {
    self.box = box
    self.classIndex = classIndex
    self.isCrowd = isCrowd
    self.isDifficult = isDifficult
  }
}

/// An object's extent as a COCO file states it: not cut to the image, and with an area of its own.
public struct StatedExtent: Hashable, Sendable {
  /// Corner and size in pixels of the original image, digit for digit.
  public var box: SizedBox
  /// What places the object among small, medium and large, in square pixels: the mask's area.
  public var area: Double

  /// Makes an extent from its parts.
  public init(box: SizedBox, area: Double) {
    self.box = box
    self.area = area
  }
}
