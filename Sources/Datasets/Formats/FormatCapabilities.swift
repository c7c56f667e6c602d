import Imaging

/// What a format can hold, besides the boxes and classes of objects.
struct FormatCapabilities: OptionSet, Hashable {
  let rawValue: Int

  /// Boxes of objects.
  static let boxes = FormatCapabilities(rawValue: 1 << 0)
  /// Segmentations of one polygon.
  static let polygon = FormatCapabilities(rawValue: 1 << 1)
  /// Segmentations of several polygons.
  static let polygons = FormatCapabilities(rawValue: 1 << 2)
  /// Run-length encoded masks.
  static let masks = FormatCapabilities(rawValue: 1 << 3)
  /// A box that is not the one around the polygon.
  static let boxBesideSegmentation = FormatCapabilities(rawValue: 1 << 4)
  /// The flag of a crowd region.
  static let crowds = FormatCapabilities(rawValue: 1 << 5)
  /// The attributes difficult, truncated and occluded.
  static let marks = FormatCapabilities(rawValue: 1 << 6)
  /// An object's area beside its box.
  static let areas = FormatCapabilities(rawValue: 1 << 7)
  /// A class of the whole image.
  static let imageClasses = FormatCapabilities(rawValue: 1 << 8)
  /// An image as the mask of an image.
  static let imageMasks = FormatCapabilities(rawValue: 1 << 9)

  /// What of an object a format with these traits cannot hold.
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
    if annotation.isDifficult || annotation.isTruncated || annotation.isOccluded,
      !contains(.marks)
    {
      losses.append(.marks)
    }
    if let stated = annotation.stated, stated.area != stated.box.area, !contains(.areas) {
      losses.append(.areas)
    }
    return losses
  }

  /// How far a side of an object's box moves, in pixels, where its polygon is written instead of it;
  /// 0 below a billionth of a pixel, which formats do not print.
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
