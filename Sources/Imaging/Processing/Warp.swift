import CGlimpseKernels

/// An image drawn through a projective transform into another, for training augmentation.
///
/// Geometry and color happen in one pass. A pixel of the target whose center lies outside of the
/// image is gray 114. Where the transform shrinks by 1.5 or more, blocks of source pixels are
/// averaged first, so that bilinear sampling skips none. Places are rounded to 128ths of a source
/// pixel, and the same bytes come out on every processor.
package struct Warp: Hashable, Sendable {
  /// From pixels of the source to pixels of the target.
  package var transform: ProjectiveTransform
  /// What happens to the colors of the image; the gray around it stays.
  package var colors: ColorChange
  /// The part of the source that is shown, in its pixels; all of it if nil.
  package var window: Box?

  /// Makes a warp.
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
  ///   - region: The part of the target to draw into, cut to the target; all of it if nil. Pixels
  ///     outside stay as they are, so that four warps make a mosaic. The transform's coordinates
  ///     are the target's, not the region's.
  ///   - keepsOutside: Leaves pixels outside of the image as they are, instead of gray.
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
    // A transform that flattens the image leaves nothing of it to see.
    if let inverse = transform.inverse {
      source.look(through: inverse, from: region)
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
}

extension PixelRegion {
  /// The part that both regions cover; of no area where they do not meet.
  func intersection(_ other: PixelRegion) -> PixelRegion {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return PixelRegion(
      x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
      height: max(0, min(y + height, other.y + other.height) - top))
  }
}
