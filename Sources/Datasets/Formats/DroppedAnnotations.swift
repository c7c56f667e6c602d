import Imaging

/// What is dropped when a dataset is written in a format that cannot hold it.
package enum DroppedAnnotations: String, CaseIterable, Sendable {
  case objects = "objects dropped: the format has no boxes"
  case mergedObjects = "objects are drawn into masks, where they cannot be distinguished"
  case crowds = "crowd regions dropped: they are no single objects"
  case segmentations = "polygons dropped, their boxes kept: the format has no polygons"
  case masks = "RLE masks dropped, their boxes kept: the format has no masks"
  case joinedPolygons = "segmentations of several polygons joined to one polygon each"
  case emptySegmentations = "empty segmentations dropped, their boxes kept"
  case boxesOfSegmentations =
    "boxes recomputed from polygons, which are written instead"
  case marks = "attributes dropped: difficult, truncated or occluded"
  case areas = "mask areas dropped: those that are not the box's width times height"
  case imageClasses = "image-level classes dropped"
  case imageMasks = "image masks dropped"
  case takenNames =
    "images numbered: their names differ from others only in the ending or in case"
  case replacedCharacters =
    "images renamed: characters that are not portable become _, and long names are shortened"
  case addedEndings = "images given the ending .jpg or .png, without which they would not be found"
}

extension Annotation {
  /// The box that label files get: digit for digit the one that was stated, if one was.
  var writtenBox: Box { stated?.box.corners ?? box }

  /// The polygon that label files get: none for a mask without a pixel, and for polygons of which one
  /// has fewer than three corners, which readers would misinterpret.
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
