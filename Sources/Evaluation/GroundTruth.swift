import Imaging

/// A labeled object as COCO writes it: corner and size, kept as doubles.
///
/// Unlike `Box`, it keeps the width and height as given: rebuilding them from corners would round,
/// and the reference's ties at an IoU of exactly a threshold would fall the other way.
public struct GroundTruth: Hashable, Sendable {
  /// The left edge, in pixels of the original image.
  public var x: Double
  /// The top edge, in pixels of the original image.
  public var y: Double
  /// The horizontal extent, in pixels.
  public var width: Double
  /// The vertical extent, in pixels.
  public var height: Double
  /// The area that places the object among small, medium and large, in square pixels.
  ///
  /// COCO takes the annotation's `area` (of the mask), which is not `width * height`.
  public var area: Double
  /// The class, an index into the list of class names.
  public var classIndex: Int
  /// True for a region of many objects (COCO `iscrowd`): it is not counted as a truth, many
  /// findings may match it, and its overlap is intersection over the finding's area.
  public var isCrowd: Bool
  /// True for an object that is not counted (VOC `difficult`): it may be missed without loss, and
  /// the one finding that matches it is neither right nor wrong.
  public var isIgnored: Bool

  /// Makes a truth; without an `area`, it is width times height.
  public init(
    x: Double, y: Double, width: Double, height: Double, area: Double? = nil, classIndex: Int,
    isCrowd: Bool = false, isIgnored: Bool = false
  ) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.area = area ?? width * height
    self.classIndex = classIndex
    self.isCrowd = isCrowd
    self.isIgnored = isIgnored
  }

  /// Makes a truth from an annotation; a difficult one is ignored in the score.
  public init(_ annotation: Annotation) {
    let box = annotation.box
    self.init(
      x: box.x1, y: box.y1, width: box.width, height: box.height,
      classIndex: annotation.classIndex, isCrowd: annotation.isCrowd,
      isIgnored: annotation.isDifficult)
  }
}
