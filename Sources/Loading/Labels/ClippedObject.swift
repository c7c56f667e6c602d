import Imaging

/// An object that is at least partly visible in an input.
struct ClippedObject: Hashable {
  /// In pixels of the input.
  var annotation: Annotation
  /// The visible fraction of the object's area, 0...1.
  var visibleFraction: Double

  /// The object without its covered pixels; nil if none are left.
  ///
  /// Covered pixels are removed from the segmentation. A side of the box moves inward only if
  /// nothing beside it is visible; the other sides stay as labeled. Without a segmentation, all
  /// pixels of the box count. Source: copy-paste (Ghiasi et al. 2021), section 3, which updates the
  /// ground truth in this way.
  func covered(by cover: RunLengthMask) -> ClippedObject? {
    let segmented = annotation.segmentationPixels(width: cover.width, height: cover.height)
    let pixels = segmented ?? annotation.pixels(width: cover.width, height: cover.height)
    guard pixels.intersectionArea(cover) > 0 else { return self }
    let rest = pixels.subtracting(cover)
    guard rest.area > 0 else { return nil }
    var result = self
    result.visibleFraction *= Double(rest.area) / Double(pixels.area)
    let (before, after) = (pixels.bounds, rest.bounds)
    var box = annotation.box
    if after.x > before.x { box.x1 = max(box.x1, Double(after.x)) }
    if after.y > before.y { box.y1 = max(box.y1, Double(after.y)) }
    if after.right < before.right { box.x2 = min(box.x2, Double(after.right)) }
    if after.bottom < before.bottom { box.y2 = min(box.y2, Double(after.bottom)) }
    guard box.x1 < box.x2, box.y1 < box.y2 else { return nil }
    result.annotation.box = box
    if segmented != nil { result.annotation.segmentation = .mask(rest) }
    return result
  }
}

extension Annotation {
  /// The segmentation rasterized at the size of an image; nil if there is none.
  func segmentationPixels(width: Int, height: Int) -> RunLengthMask? {
    guard let mask = try? segmentation?.mask(width: width, height: height), mask.area > 0 else {
      return nil
    }
    return mask
  }

  /// The segmentation rasterized at the size of an image or, without one, all pixels that the box
  /// touches.
  func pixels(width: Int, height: Int) -> RunLengthMask {
    if let pixels = segmentationPixels(width: width, height: height) { return pixels }
    let box = box.clipped(toWidth: Double(width), height: Double(height))
    return RunLengthMask(width: width, height: height, region: PixelRegion(touchedBy: box))
  }
}

extension PixelRegion {
  /// All pixels that a box touches; its corners are not negative.
  init(touchedBy box: Box) {
    let (left, top) = (Int(box.x1), Int(box.y1))
    self.init(
      x: left, y: top, width: Int(box.x2.rounded(.up)) - left,
      height: Int(box.y2.rounded(.up)) - top)
  }

  fileprivate var right: Int { x + width }
  fileprivate var bottom: Int { y + height }
}
