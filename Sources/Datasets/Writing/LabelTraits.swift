import Imaging

/// What a format has room for, besides the boxes and classes of objects.
struct LabelTraits: OptionSet, Hashable {
  let rawValue: Int

  /// Boxes of objects.
  static let boxes = LabelTraits(rawValue: 1 << 0)
  /// Outlines of one polygon.
  static let polygon = LabelTraits(rawValue: 1 << 1)
  /// Outlines of several polygons.
  static let polygons = LabelTraits(rawValue: 1 << 2)
  /// Outlines as runs of pixels.
  static let masks = LabelTraits(rawValue: 1 << 3)
  /// A box that is not the one around the outline.
  static let boxBesideOutline = LabelTraits(rawValue: 1 << 4)
  /// The mark of a region of many objects.
  static let crowds = LabelTraits(rawValue: 1 << 5)
  /// The marks difficult, truncated and occluded.
  static let marks = LabelTraits(rawValue: 1 << 6)
  /// An object's area beside its box.
  static let areas = LabelTraits(rawValue: 1 << 7)
  /// A class of the whole picture.
  static let imageClasses = LabelTraits(rawValue: 1 << 8)
  /// A picture as the mask of a picture.
  static let imageMasks = LabelTraits(rawValue: 1 << 9)

  /// What of an object a format with these traits cannot hold.
  func losses(of annotation: Annotation) -> [LabelLoss] {
    guard contains(.boxes) || contains(.imageMasks) else { return [.objects] }
    if annotation.isCrowd, !contains(.crowds) { return [.crowds] }
    guard contains(.boxes) else { return [.mergedObjects] }
    var losses: [LabelLoss] = []
    switch annotation.outline {
    case nil: break
    case .polygons(let polygons)?:
      if !contains(.polygon) {
        losses.append(.outlines)
      } else if polygons.count > 1, !contains(.polygons) {
        losses.append(.joinedPolygons)
      }
      if contains(.polygon), !contains(.boxBesideOutline),
        !Self.isBox(annotation.box, around: polygons)
      {
        losses.append(.boxesOfOutlines)
      }
    case .mask?: if !contains(.masks) { losses.append(.masks) }
    }
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

  /// Whether a box is that around some polygons, give or take a pixel.
  private static func isBox(_ box: Box, around polygons: [[Double]]) -> Bool {
    let x = polygons.flatMap { polygon in
      stride(from: 0, to: polygon.count, by: 2).map { polygon[$0] }
    }
    let y = polygons.flatMap { polygon in
      stride(from: 1, to: polygon.count, by: 2).map { polygon[$0] }
    }
    guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max() else {
      return false
    }
    return max(abs(left - box.x1), abs(right - box.x2), abs(top - box.y1), abs(bottom - box.y2))
      <= 1
  }
}

/// What is lost when a data set is written in a format that has no room for it.
public enum LabelLoss: String, CaseIterable, Sendable {
  case objects = "objects are left out: the format has no boxes"
  case mergedObjects = "objects are drawn into masks, where they cannot be told apart"
  case crowds = "crowd regions are left out: as objects they would be wrong"
  case outlines = "outlines are left out, their boxes kept: the format has no polygons"
  case masks = "masks are left out, their boxes kept: the format has no runs of pixels"
  case joinedPolygons = "outlines of several polygons are joined to one each"
  case boxesOfOutlines = "boxes are given up for polygons that end over a pixel from them"
  case marks = "marks are lost: difficult, truncated or occluded"
  case areas = "areas are lost that are not the box's width times height"
  case imageClasses = "classes of whole pictures are left out"
  case imageMasks = "masks of whole pictures are left out"
  case pictureNames = "pictures get another name, because two had the same"
}
