import Imaging

/// An annotation transformed into an input and clipped to it.
struct SegmentationTransform {
  /// In pixels of the input.
  private(set) var box: Box
  /// In pixels of the input; nil where the label has none.
  let segmentation: Segmentation?
  /// The visible fraction of the object's area, 0...1.
  let visibleFraction: Double

  /// Transforms an object; nil where nothing of it is visible.
  init?(
    _ annotation: Annotation, showing part: Box, through transform: ProjectiveTransform,
    width: Int, height: Int
  ) {
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    let polygons: [Polygon]
    switch annotation.segmentation {
    case .mask(let mask):
      // From the corners of its pixels: bounds of whole pixels of the input would be coarser.
      polygons = mask.stretches.map { Polygon($0) }
    case .polygons(let lists):
      polygons = lists.map { Polygon($0) }
    case nil where transform.isAxisAligned:
      // The result of the general case below, without polygons.
      (box, visibleFraction) = Self.visible(
        annotation.box, showing: part, through: transform, canvas: canvas)
      guard annotation.box.intersection(part).area > 0, box.area > 0 else { return nil }
      segmentation = nil
      return
    case nil:
      polygons = [Polygon(annotation.box)]
    }
    let visible = Self.visible(polygons, showing: part, through: transform, canvas: canvas)
    guard let visible else { return nil }
    box = visible.box
    visibleFraction = visible.fraction
    segmentation =
      switch annotation.segmentation {
      case .mask(let mask):
        .mask(mask.transformed(by: transform, showing: part, width: width, height: height))
      case .polygons: .polygons(visible.polygons.map(\.numbers))
      case nil: nil
      }
    guard transform.isAxisAligned else { return }
    let label = Self.visible(annotation.box, showing: part, through: transform, canvas: canvas)
    // Neither rotated nor clipped: it keeps the box of its label, as without a polygon.
    if label.fraction > 1 - 1e-9 { box = label.box }
  }

  /// The visible part of a box under an axis-aligned transform, and its fraction of the area.
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
