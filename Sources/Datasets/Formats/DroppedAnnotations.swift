import Imaging

/// Annotations that are dropped or changed because the output format cannot represent them. The raw
/// values are printed.
package enum DroppedAnnotations: String, CaseIterable, Sendable {
  case objects = "objects dropped: the format has no boxes"
  case mergedObjects = "objects are drawn into masks, where they cannot be distinguished"
  case crowds = "crowd regions dropped: they are not single objects"
  case segmentations = "polygons dropped, their boxes kept: the format has no polygons"
  case masks = "RLE masks dropped, their boxes kept: the format has no masks"
  case masksAsPolygons = "RLE masks written as polygons of their connected components"
  case classMasksAsObjects =
    "objects made from class masks: one for each connected component of a class"
  case crowdsAsObjects =
    "crowd regions written as objects: no object of the dataset is anything else"
  case changedIds = "ids changed: they occurred before"
  case joinedPolygons = "segmentations of several polygons joined to one polygon each"
  case emptySegmentations = "empty segmentations dropped, their boxes kept"
  case boxesOfSegmentations =
    "boxes recomputed from polygons, which are written instead"
  case difficult =
    "objects marked difficult become ordinary ones; --skip-difficult leaves them out"
  case marks = "attributes dropped: truncated or occluded"
  case areas = "mask areas dropped: those that are not the box's width times height"
  case imageClasses = "image-level classes dropped"
  case imageMasks = "image masks dropped"
  case takenNames =
    "images numbered: their names differ from others only in extension or case"
  case replacedCharacters =
    "images renamed: characters that are not portable become _, and long names are shortened"
  case addedEndings = "images given the file extension of their format, which readers require"
}

extension Annotation {
  /// The box that is written: the stated box with all digits or, without one, `box`.
  var writtenBox: Box { stated?.box.corners ?? box }

  /// The segmentation that is written; nil for an empty mask, and for polygons of which one has
  /// fewer than three corners, which readers would misinterpret.
  var writtenSegmentation: Segmentation? {
    switch segmentation {
    case .polygons(let polygons)?
    where polygons.isEmpty || polygons.contains { $0.count < 6 }:
      nil
    case .mask(let mask)? where mask.area == 0: nil
    default: segmentation
    }
  }
}
