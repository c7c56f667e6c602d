import Imaging

extension ClippedObject {
  /// Transforms an annotation into an input and clips it; nil if nothing of it is visible.
  ///
  /// With a polygon, the box is the bounding box of the transformed polygon; otherwise, that of the
  /// transformed corners. Both are clipped to the input before the bounding box is taken.
  ///
  /// - Parameters:
  ///   - part: The visible part of the image, in its pixels.
  ///   - transform: From pixels of the original image to pixels of the input.
  ///   - width: The width of the input, in pixels.
  ///   - height: The height of the input, in pixels.
  init?(
    _ label: Annotation, showing part: Box, through transform: ProjectiveTransform, width: Int,
    height: Int
  ) {
    annotation = label
    annotation.stated = nil
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    let polygons: [Polygon]
    switch label.segmentation {
    case .mask(let mask):
      // Uses the mask's exact pixel corners: bounds in whole pixels of the input would be coarser.
      polygons = mask.stretches.map { Polygon($0) }
    case .polygons(let lists):
      polygons = lists.map { Polygon($0) }
    case nil where transform.isAxisAligned:
      // A fast path with the same result as the general case below, without polygons.
      (annotation.box, visibleFraction) = Self.visible(
        label.box, showing: part, through: transform, canvas: canvas)
      guard label.box.intersection(part).area > 0, annotation.box.area > 0 else { return nil }
      return
    case nil:
      polygons = [Polygon(label.box)]
    }
    let visible = Self.visible(polygons, showing: part, through: transform, canvas: canvas)
    guard let visible else { return nil }
    annotation.box = visible.box
    visibleFraction = visible.fraction
    switch label.segmentation {
    case .mask(let mask):
      annotation.segmentation = .mask(
        mask.transformed(by: transform, showing: part, width: width, height: height))
    case .polygons: annotation.segmentation = .polygons(visible.polygons.map(\.numbers))
    case nil: break
    }
    guard transform.isAxisAligned else { return }
    let whole = Self.visible(label.box, showing: part, through: transform, canvas: canvas)
    // Neither rotated nor clipped: it keeps the box of its label, as without a polygon.
    if whole.fraction > 1 - 1e-9 { annotation.box = whole.box }
  }

  /// The visible part of a box under an axis-aligned transform, and the visible fraction of its
  /// area.
  private static func visible(
    _ box: Box, showing part: Box, through transform: ProjectiveTransform, canvas: Box
  ) -> (box: Box, fraction: Double) {
    let visible = transform.box(box.intersection(part)).intersection(canvas)
    return (visible, min(visible.area / max(transform.box(box).area, 1e-9), 1))
  }

  private static func visible(
    _ polygons: [Polygon], showing part: Box, through transform: ProjectiveTransform, canvas: Box
  ) -> (polygons: [Polygon], box: Box, fraction: Double)? {
    let whole = polygons.reduce(0) { $0 + $1.transformed(by: transform).area }
    let visible = polygons.map {
      $0.clipped(to: part).transformed(by: transform, clippedTo: canvas)
    }.filter { $0.area > 0 }
    guard var box = visible.first?.bounds else { return nil }
    for bounds in visible.compactMap(\.bounds) { box = box.union(bounds) }
    let area = visible.reduce(0) { $0 + $1.area }
    return (visible, box.intersection(canvas), min(area / max(whole, 1e-9), 1))
  }
}

extension ProjectiveTransform {
  /// A box under an axis-aligned transform.
  fileprivate func box(_ box: Box) -> Box {
    let (left, right) = (x.x * box.x1 + x.origin, x.x * box.x2 + x.origin)
    let (top, bottom) = (y.y * box.y1 + y.origin, y.y * box.y2 + y.origin)
    return Box(
      x1: min(left, right), y1: min(top, bottom), x2: max(left, right), y2: max(top, bottom))
  }
}
