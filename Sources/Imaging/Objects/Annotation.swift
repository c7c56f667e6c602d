/// A labeled object in an image: ground truth for training and evaluation.
public struct Annotation: Hashable, Sendable {
  /// The bounding box, in pixels of the original image.
  public var box: Box
  /// An index into the dataset's list of class names.
  public var classIndex: Int
  /// A region of many objects (COCO `iscrowd`): never a training target, and many detections may
  /// match it in evaluation.
  public var isCrowd: Bool
  /// Marked as difficult (VOC `difficult`): ignored in evaluation and training.
  public var isDifficult: Bool
  /// Partly outside of the image (VOC `truncated`).
  public var isTruncated = false
  /// Partly occluded (VOC `occluded`).
  public var isOccluded = false
  /// The polygons or mask of the object, if the label file has them and they were read.
  public var segmentation: Segmentation?
  /// The extent that evaluation uses instead of `box`, if a COCO file states it.
  public var stated: StatedExtent?

  /// Whether training ignores the object: neither a target nor background.
  package var isIgnored: Bool { isCrowd || isDifficult }

  /// Makes an object with a box in pixels of the original image; other flags are false, and there
  /// is no segmentation.
  public init(box: Box, classIndex: Int, isCrowd: Bool = false, isDifficult: Bool = false) {
    self.box = box
    self.classIndex = classIndex
    self.isCrowd = isCrowd
    self.isDifficult = isDifficult
  }
}

/// An object's extent as stated in a COCO file: not clipped to the image, with its own area.
public struct StatedExtent: Hashable, Sendable {
  /// In pixels of the original image, as written in the file.
  public var box: SizedBox
  /// The area in square pixels, usually of the mask; it decides between small, medium and large.
  public var area: Double

  /// Makes an extent from a box and an area in square pixels.
  public init(box: SizedBox, area: Double) {
    self.box = box
    self.area = area
  }
}

/// The pixels of an object, as polygons or as a mask.
public indirect enum Segmentation: Hashable, Sendable {
  /// Polygons, each a list x, y, x, y ... in pixels of the original image, continuous; the object
  /// is their union.
  case polygons([[Double]])
  /// A mask of the original image's size.
  case mask(RunLengthMask)

  /// The mask in an image of the given size, rasterized as in COCO.
  ///
  /// Throws `ImagingError.invalidMask` for invalid polygons and for a mask of another size.
  package func mask(width: Int, height: Int) throws(ImagingError) -> RunLengthMask {
    switch self {
    case .polygons(let polygons):
      return try RunLengthMask(width: width, height: height, polygons: polygons)
    case .mask(let mask):
      guard mask.width == width, mask.height == height else {
        throw .invalidMask(
          width: width, height: height,
          reason: "the mask was made for \(mask.width)x\(mask.height) pixels")
      }
      return mask
    }
  }
}
