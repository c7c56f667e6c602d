import Imaging

/// An object of which an input shows something.
struct ClippedObject: Hashable {
  /// In pixels of the input.
  var annotation: Annotation
  /// How much of the object's area is seen, 0...1.
  var visibleFraction: Double

  /// What is left of it under pixels that something else takes; nil where that is nothing.
  ///
  /// The covered pixels leave the polygon, and those sides of the box move in from which nothing is
  /// left to be seen: the rest stays where the label has it. Of an object without a polygon, all of
  /// its box counts. Source: copy-paste (Ghiasi et al. 2021), section 3, whose ground truth is cut so.
  func covered(by cover: RunLengthMask) -> ClippedObject? {
    let outlined = annotation.segmentationPixels(width: cover.width, height: cover.height)
    let pixels = outlined ?? annotation.pixels(width: cover.width, height: cover.height)
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
    if outlined != nil { result.annotation.segmentation = .mask(rest) }
    return result
  }
}

extension Annotation {
  /// The pixels of its polygon in an image of a size; nil where it has none.
  func segmentationPixels(width: Int, height: Int) -> RunLengthMask? {
    guard let mask = try? segmentation?.mask(width: width, height: height), mask.area > 0 else {
      return nil
    }
    return mask
  }

  /// The pixels of its polygon, or all that its box touches where it has none.
  func pixels(width: Int, height: Int) -> RunLengthMask {
    if let pixels = segmentationPixels(width: width, height: height) { return pixels }
    let box = box.clipped(toWidth: Double(width), height: Double(height))
    let (left, top) = (Int(box.x1), Int(box.y1))
    return RunLengthMask(
      width: width, height: height,
      region: PixelRegion(
        x: left, y: top, width: Int(box.x2.rounded(.up)) - left,
        height: Int(box.y2.rounded(.up)) - top))
  }
}

extension PixelRegion {
  /// The column behind the last.
  fileprivate var right: Int { x + width }
  /// The row below the last.
  fileprivate var bottom: Int { y + height }
}
