import CGlimpseKernels

/// An image drawn into another through a projective transform, for training augmentation.
///
/// Geometry and color are changed in one pass. Target pixels whose center lies outside of the image
/// are gray 114. If the transform shrinks by 1.5 or more, blocks of source pixels are averaged
/// first, so that bilinear sampling skips none. Positions are rounded to 128ths of a source pixel,
/// and the result has the same bytes on every processor.
package struct Warp: Hashable, Sendable {
  /// From pixels of the source to pixels of the target.
  package var transform: ProjectiveTransform
  /// Applied to the image, not to the gray padding.
  package var colors: ColorChange
  /// The visible part of the source, in its pixels; nil for all of it.
  package var window: Box?

  package init(
    transform: ProjectiveTransform, colors: ColorChange = .none, window: Box? = nil
  ) {
    self.transform = transform
    self.colors = colors
    self.window = window
  }

  /// Draws an image into a target.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB.
  ///   - target: 8-bit RGB.
  ///   - region: The part of the target to draw into, clipped to the target; nil for all of it. The
  ///     transform's coordinates are the target's, not the region's.
  ///   - keepsOutside: Whether pixels outside of the image keep their values, instead of gray.
  package func draw(
    _ image: Image, into target: inout Image, region: PixelRegion? = nil,
    keepsOutside: Bool = false
  ) {
    precondition(
      image.format == .rgb8 && target.format == .rgb8,
      "a warp takes 8-bit RGB, not \(image.format) into \(target.format)")
    precondition(transform.isFinite, "the transform of a warp is not finite: \(transform)")
    let whole = PixelRegion(x: 0, y: 0, width: target.width, height: target.height)
    let region = (region ?? whole).intersection(whole)
    if region.width == 0 || region.height == 0 { return }
    var source = WarpSource(image, shown: window)
    // A singular transform leaves nothing visible.
    if let inverse = transform.inverse {
      source.setInverse(inverse, for: region)
    } else {
      source.hide()
    }
    let stride = Int64(target.width * 3)
    colors.withKernelColor { color in
      source.withKernelWarp { warp in
        var warp = warp
        warp.background = UInt8(Normalization.padding)
        warp.keeps_outside = keepsOutside ? 1 : 0
        warp.color = color
        target.bytes.withUnsafeMutableBufferPointer { target in
          ImageKernels.chosen.warp_rgb(
            &warp, target.baseAddress, stride, Int64(region.x), Int64(region.y),
            Int64(region.x + region.width), Int64(region.y + region.height))
        }
      }
    }
  }

  /// Draws a class mask with the geometry of `draw`, by nearest-neighbor sampling.
  ///
  /// Pixels outside of the visible part of the source keep their values. Colors have no effect.
  ///
  /// - Parameters:
  ///   - numbers: Class numbers in 8-bit gray, as large as the image or reduced like it.
  ///   - target: 8-bit gray.
  ///   - region: The part of the target to draw into, clipped to the target; nil for all of it.
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
