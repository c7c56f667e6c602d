import Datasets
import Imaging

/// An image's place in an input.
struct PlacedImage {
  let sample: Sample
  /// What is shown, in pixels of the original image.
  let part: Box
  /// From pixels of the original image to pixels of the input.
  let transform: ProjectiveTransform
  /// The labels that stay, in pixels of the original image.
  let annotations: [Annotation]

  /// Places an image, or the part of it that a crop shows, in a cell of a canvas that is placed.
  init(
    sample: Sample, cell: MosaicParameters.Cell, placement: ProjectiveTransform,
    crop: CropParameters?, width: Int, height: Int
  ) {
    self.sample = sample
    part =
      crop?.part
      ?? Box(x1: 0, y1: 0, x2: Double(sample.imageWidth), y2: Double(sample.imageHeight))
    annotations = crop.map { crop in sample.annotations.filter(crop.keeps) } ?? sample.annotations
    transform = ProjectiveTransform(
      cell.transform(showing: part, width: width, height: height)
    ).concatenating(placement)
  }

  /// The pixels of the input that it may cover; nil where it is out of sight.
  func region(width: Int, height: Int) -> PixelRegion? {
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    guard
      let bounds = Polygon(part).transformed(by: transform, clippedTo: canvas).bounds,
      bounds.area > 0
    else { return nil }
    let (left, top) = (Int(bounds.x1), Int(bounds.y1))
    return PixelRegion(
      x: left, y: top, width: Int(bounds.x2.rounded(.up)) - left,
      height: Int(bounds.y2.rounded(.up)) - top)
  }

  /// Draws its image, which may have been reduced, into a region of an input.
  func draw(
    _ image: Image, colors: ColorChange, into canvas: inout Image, region: PixelRegion
  ) {
    var warp = warp(of: image)
    warp.colors = colors
    warp.draw(image, into: &canvas, region: region, keepsOutside: true)
  }

  /// Draws its mask, which may have been reduced, where its image goes.
  func draw(mask: Image, into canvas: inout Image, region: PixelRegion) {
    warp(of: mask).drawNumbers(mask, into: &canvas, region: region)
  }

  private func warp(of image: Image) -> Warp {
    let toOriginal = sample.transform(from: image)
    let window = Box(
      x1: part.x1 / toOriginal.a, y1: part.y1 / toOriginal.d, x2: part.x2 / toOriginal.a,
      y2: part.y2 / toOriginal.d)
    return Warp(
      transform: ProjectiveTransform(toOriginal).concatenating(transform), window: window)
  }
}

extension Sample {
  /// From pixels of its image or mask, which may have been reduced, to those of the original.
  func transform(from image: Image) -> AffineTransform {
    .scale(
      x: Double(imageWidth) / Double(image.width), y: Double(imageHeight) / Double(image.height))
  }
}
