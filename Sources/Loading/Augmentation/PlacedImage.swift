import Datasets
import Imaging

/// An image with its position in an input.
struct PlacedImage {
  let sample: Sample
  /// The visible part, in pixels of the original image.
  let part: Box
  /// From pixels of the original image to pixels of the input.
  let transform: ProjectiveTransform
  /// The labels that are kept, in pixels of the original image.
  let annotations: [Annotation]
  /// The pixels of the input that it may cover; nil where it is outside.
  let region: PixelRegion?

  /// Fits an image, or the part of it that a crop shows, into a cell of a canvas.
  init(
    sample: Sample, cell: MosaicParameters.Cell, placement: ProjectiveTransform,
    crop: CropParameters?, width: Int, height: Int
  ) {
    self.sample = sample
    part = crop?.part ?? sample.bounds
    annotations = crop.map { crop in sample.annotations.filter(crop.keeps) } ?? sample.annotations
    transform = cell.transform(showing: part, width: width, height: height)
      .concatenating(placement)
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    let bounds = Polygon(part).transformed(by: transform, clippedTo: canvas).bounds
    region = bounds.flatMap { $0.area > 0 ? PixelRegion(touchedBy: $0) : nil }
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
    let (scaleX, scaleY) = (toOriginal.x.x, toOriginal.y.y)
    let window = Box(
      x1: part.x1 / scaleX, y1: part.y1 / scaleY, x2: part.x2 / scaleX, y2: part.y2 / scaleY)
    return Warp(transform: toOriginal.concatenating(transform), window: window)
  }
}

extension Sample {
  /// The whole image, in its pixels.
  var bounds: Box { Box(x1: 0, y1: 0, x2: Double(imageWidth), y2: Double(imageHeight)) }

  /// From pixels of its image or mask, which may have been reduced, to those of the original.
  func transform(from image: Image) -> ProjectiveTransform {
    .scale(
      x: Double(imageWidth) / Double(image.width), y: Double(imageHeight) / Double(image.height))
  }
}
