extension Warp {
  /// Draws numbers, such as those of classes, where `draw` draws an image's pixels.
  ///
  /// A pixel of the target takes the number of the source's pixel that its center comes from (nearest
  /// neighbor), so that no number is made up. Pixels outside of the source, or of what is shown of
  /// it, stay as they are. Colors have no effect.
  ///
  /// - Parameters:
  ///   - numbers: 8-bit gray, as large as the image or reduced like it.
  ///   - target: 8-bit gray.
  ///   - region: The part of the target to draw into, cut to the target; all of it if nil.
  package func drawNumbers(_ numbers: Image, into target: inout Image, region: PixelRegion? = nil) {
    precondition(
      numbers.format == .gray8 && target.format == .gray8,
      "numbers are 8-bit gray, not \(numbers.format) into \(target.format)")
    precondition(transform.isFinite, "the transform of a warp is not finite: \(transform)")
    let whole = Box(x1: 0, y1: 0, x2: Double(numbers.width), y2: Double(numbers.height))
    let shown = window?.intersection(whole) ?? whole
    let canvas = PixelRegion(x: 0, y: 0, width: target.width, height: target.height)
    let region = (region ?? canvas).intersection(canvas)
    guard let inverse = transform.inverse else { return }
    for y in region.y..<region.y + region.height {
      for x in region.x..<region.x + region.width {
        guard let place = inverse.apply(x: Double(x) + 0.5, y: Double(y) + 0.5),
          place.x >= shown.x1, place.x < shown.x2, place.y >= shown.y1, place.y < shown.y2
        else { continue }
        target.bytes[y * target.width + x] =
          numbers.bytes[Int(place.y) * numbers.width + Int(place.x)]
      }
    }
  }
}
