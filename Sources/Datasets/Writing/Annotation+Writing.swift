import Imaging

extension Annotation {
  /// The box that label files get: digit for digit the one that was stated, if one was.
  var writtenBox: Box { stated?.box.corners ?? box }

  /// The polygon that label files get: none for a mask without a pixel, and for polygons of which one
  /// has not three corners, which readers would take for something else.
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
