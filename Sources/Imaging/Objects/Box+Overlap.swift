extension Box {
  /// The IoU minus the squared distance of the centers over that of the corners of the smallest box that
  /// contains both, -1...1 (Z. Zheng et al., Distance-IoU Loss, AAAI 2020, equation 7).
  package func diou(_ other: Box) -> Double {
    let (dx, dy) = (centerX - other.centerX, centerY - other.centerY)
    let both = union(other)
    let diagonal = both.width * both.width + both.height * both.height
    return iou(other) - (diagonal > 0 ? (dx * dx + dy * dy) / diagonal : 0)
  }

  /// The intersection over the area of the smaller box, 0...1; zero if that has none.
  package func overlapOfSmaller(_ other: Box) -> Double {
    let smaller = min(area, other.area)
    return smaller > 0 ? intersection(other).area / smaller : 0
  }
}
