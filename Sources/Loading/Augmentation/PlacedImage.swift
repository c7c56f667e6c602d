import Datasets
import Imaging

/// An image positioned in a network input.
struct PlacedImage {
  let sample: Sample
  /// The visible part, in pixels of the original image.
  let part: Box
  /// From pixels of the original image to pixels of the input.
  let transform: ProjectiveTransform
  /// The labels to transform, in pixels of the original image.
  let annotations: [Annotation]
  /// The bounds of the pixels it may cover in the input; nil if it lies outside.
  let region: PixelRegion?

  /// Fits an image, or a crop of it, into a cell of a canvas.
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

  /// Places an image at its own scale so that a point of it lies in the center of the canvas.
  init(
    sample: Sample, patch: PatchParameters, placement: ProjectiveTransform, width: Int, height: Int
  ) {
    self.sample = sample
    part = sample.bounds
    annotations = sample.annotations
    transform = ProjectiveTransform.translation(x: -patch.centerX, y: -patch.centerY)
      .concatenating(placement)
    region = PixelRegion(x: 0, y: 0, width: width, height: height)
  }

  /// The pixels that the image may cover when it is deformed.
  func region(_ deformation: Deformation, width: Int, height: Int) -> PixelRegion? {
    if deformation.isMirrored { return PixelRegion(x: 0, y: 0, width: width, height: height) }
    guard let displacement = deformation.displacement else { return region }
    let margin = Double(displacement.reach.rounded(.up))
    let canvas = Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height))
    let wide = Box(
      x1: -margin, y1: -margin, x2: canvas.x2 + margin, y2: canvas.y2 + margin)
    guard let bounds = Polygon(part).transformed(by: transform, clippedTo: wide).bounds else {
      return nil
    }
    let covered = Box(
      x1: bounds.x1 - margin, y1: bounds.y1 - margin, x2: bounds.x2 + margin,
      y2: bounds.y2 + margin
    ).intersection(canvas)
    return covered.area > 0 ? PixelRegion(touchedBy: covered) : nil
  }

  /// Draws the image, which may have been decoded at a reduced size, into a region of an input.
  func draw(
    _ image: Image, colors: ColorChange, _ deformation: Deformation = .none,
    into canvas: inout Image, region: PixelRegion
  ) {
    if canvas.format != .rgb8 || deformation != .none {
      var warp = elasticWarp(of: image, deformation)
      warp.colors = colors
      warp.draw(image, into: &canvas, region: region)
      return
    }
    var warp = warp(of: image)
    warp.colors = colors
    warp.draw(image, into: &canvas, region: region, keepsOutside: true)
  }

  /// Draws the mask, which may have been reduced, at the position of the image.
  func draw(
    mask: Image, _ deformation: Deformation = .none, into canvas: inout Image, region: PixelRegion
  ) {
    if mask.format != .gray8 || deformation != .none {
      elasticWarp(of: mask, deformation).drawNumbers(mask, into: &canvas, region: region)
    } else {
      warp(of: mask).drawNumbers(mask, into: &canvas, region: region)
    }
  }

  private func elasticWarp(of image: Image, _ deformation: Deformation) -> ElasticWarp {
    let warp = warp(of: image)
    return ElasticWarp(
      transform: warp.transform, window: warp.window, displacement: deformation.displacement,
      isMirrored: deformation.isMirrored)
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
  /// The bounds of the whole image, in its pixels.
  var bounds: Box { Box(x1: 0, y1: 0, x2: Double(imageWidth), y2: Double(imageHeight)) }

  /// From pixels of the decoded image or mask, which may be reduced, to pixels of the original.
  func transform(from image: Image) -> ProjectiveTransform {
    .scale(
      x: Double(imageWidth) / Double(image.width), y: Double(imageHeight) / Double(image.height))
  }
}
