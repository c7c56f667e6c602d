import Imaging

/// The kinds of annotations that a format can represent.
struct FormatCapabilities: OptionSet, Hashable {
  let rawValue: Int

  /// Bounding boxes.
  static let boxes = FormatCapabilities(rawValue: 1 << 0)
  /// Segmentations with a single polygon.
  static let polygon = FormatCapabilities(rawValue: 1 << 1)
  /// Segmentations with several polygons.
  static let polygons = FormatCapabilities(rawValue: 1 << 2)
  /// Run-length encoded masks (RLE).
  static let masks = FormatCapabilities(rawValue: 1 << 3)
  /// A box that may differ from the polygon's bounding box.
  static let boxBesideSegmentation = FormatCapabilities(rawValue: 1 << 4)
  /// The flag of crowd regions (COCO `iscrowd`).
  static let crowds = FormatCapabilities(rawValue: 1 << 5)
  /// The attributes difficult, truncated and occluded.
  static let marks = FormatCapabilities(rawValue: 1 << 6)
  /// An area that may differ from the area of the box.
  static let areas = FormatCapabilities(rawValue: 1 << 7)
  /// Image-level classes.
  static let imageClasses = FormatCapabilities(rawValue: 1 << 8)
  /// Mask images (semantic segmentation).
  static let imageMasks = FormatCapabilities(rawValue: 1 << 9)

  /// The parts of an annotation that the format cannot represent.
  func losses(of annotation: Annotation) -> [DroppedAnnotations] {
    guard contains(.boxes) || contains(.imageMasks) else { return [.objects] }
    if annotation.isCrowd, !contains(.crowds) { return [.crowds] }
    guard contains(.boxes) else { return [.mergedObjects] }
    var losses: [DroppedAnnotations] = []
    switch annotation.writtenSegmentation {
    case nil: if annotation.segmentation != nil { losses.append(.emptySegmentations) }
    case .polygons(let polygons)?:
      if !contains(.polygon) {
        losses.append(.segmentations)
      } else if polygons.count > 1, !contains(.polygons) {
        losses.append(.joinedPolygons)
      }
    case .mask?: if !contains(.masks) { losses.append(.masks) }
    }
    if boxShift(of: annotation) > 0 { losses.append(.boxesOfSegmentations) }
    if !contains(.marks) {
      if annotation.isDifficult { losses.append(.difficult) }
      if annotation.isTruncated || annotation.isOccluded { losses.append(.marks) }
    }
    if let stated = annotation.stated, !contains(.areas),
      // Products of printed digits differ by rounding.
      abs(stated.area - stated.box.area) > 1e-6 * abs(stated.box.area)
    {
      losses.append(.areas)
    }
    return losses
  }

  /// The maximum shift of a box side, in pixels, if the box is recomputed from the polygon; 0 if
  /// below 1e-9 pixels, which formats do not print.
  func boxShift(of annotation: Annotation) -> Double {
    guard contains(.boxes), !contains(.boxBesideSegmentation) else { return 0 }
    let box = annotation.writtenBox
    let bounds: Box
    switch annotation.writtenSegmentation {
    case .polygons(let polygons)? where contains(.polygon):
      bounds = Polygon(polygons.flatMap(\.self)).bounds ?? box
    case .mask(let mask)? where contains(.masks): bounds = Box(mask.bounds)
    default: return 0
    }
    let shift = max(
      abs(bounds.x1 - box.x1), abs(bounds.y1 - box.y1), abs(bounds.x2 - box.x2),
      abs(bounds.y2 - box.y2))
    return shift > 1e-9 ? shift : 0
  }
}
