/// One labeled object of a picture: the truth that a detector is trained on and scored against.
public struct Annotation: Hashable, Sendable {
  /// Where it is, in pixels of the original image.
  public var box: Box
  /// Its class, an index into the data set's list of class names.
  public var classIndex: Int
  /// True for a region of many objects (COCO `iscrowd`): never a training target, and it may be
  /// matched by many detections in evaluation.
  public var isCrowd: Bool
  /// True where the labelers marked it difficult (VOC `difficult`): left out of the score.
  public var isDifficult: Bool

  /// Makes an annotation.
  public init(box: Box, classIndex: Int, isCrowd: Bool = false, isDifficult: Bool = false) {
    self.box = box
    self.classIndex = classIndex
    self.isCrowd = isCrowd
    self.isDifficult = isDifficult
  }
}
