/// Places labels at their boxes inside the image, avoiding overlap with each other.
package struct LabelPlacement {
  private let width: Int
  private let height: Int
  private var taken: [PixelRegion] = []

  /// Sizes in pixels.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Places a label above its box, inside its top, below it or inside its bottom: the first free
  /// position or, if there is none, the one with the least overlap. Nil if the label is larger than
  /// the image, or if it overlaps another one and `allowsOverlap` is false.
  package mutating func place(
    labelWidth: Int, labelHeight: Int, at box: PixelRegion, allowsOverlap: Bool = true
  ) -> PixelRegion? {
    guard labelWidth <= width, labelHeight <= height else { return nil }
    let bottom = box.y + box.height
    let right = box.x + box.width - labelWidth
    var best: (region: PixelRegion, covered: Int)?
    for x in [box.x, right] {
      for y in [box.y - labelHeight, box.y, bottom, bottom - labelHeight]
      where y >= 0 && y + labelHeight <= height {
        let region = PixelRegion(
          x: min(max(x, 0), width - labelWidth), y: y, width: labelWidth, height: labelHeight)
        let covered = taken.reduce(0) { $0 + $1.intersection(region).area }
        if best.map({ covered < $0.covered }) ?? true { best = (region, covered) }
        if covered == 0 { break }
      }
      if best?.covered == 0 { break }
    }
    if !allowsOverlap, best?.covered != 0 { return nil }
    // A box as high as the image gets its label at the top of the image.
    let region =
      best?.region
      ?? PixelRegion(
        x: min(max(box.x, 0), width - labelWidth),
        y: min(max(box.y, 0), height - labelHeight), width: labelWidth, height: labelHeight)
    taken.append(region)
    return region
  }
}
