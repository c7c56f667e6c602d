import Engine
import Imaging

/// Makes the single pictures of batches: decodes, varies, draws, and moves the labels along.
struct PictureMaker: Sendable {
  let samples: [Sample]
  let config: LoaderConfig
  let cache: PictureCache

  /// A picture that was drawn.
  struct Result {
    /// The sample that it shows, which is not the one asked for where that cannot be decoded.
    var sampleIndex: Int
    var labels: VisibleAnnotations
  }

  /// Why no picture can be drawn at all.
  var nothingDecodable: DatasetsError {
    let first = cache.problems.first.map { " The first problem is: \($0)" } ?? ""
    return DatasetsError("none of the \(samples.count) pictures can be decoded.\(first)")
  }

  /// Draws the picture at a place of an epoch; nil where no sample at all can be decoded.
  ///
  /// What is drawn depends on the seed, the epoch, the place, the sample and the plan alone.
  func make(
    sampleIndex: Int, epoch: Int, place: Int, plan: BatchPlan,
    into output: UnsafeMutableBufferPointer<Float>
  ) -> Result? {
    guard let augmentation = plan.augmentation else {
      return letterboxed(sampleIndex, plan: plan, into: output)
    }
    var generator = SeededGenerator(seed: config.seed, UInt64(epoch), UInt64(place))
    let draw = AugmentationDraw(augmentation, sampleCount: samples.count, using: &generator)
    if draw.partners.isEmpty {
      return self.draw([(sampleIndex, nil)], draw, augmentation, plan: plan, into: output)
    }
    let tiles = zip(
      [sampleIndex] + draw.partners, AugmentationDraw.Tile.allCases.map(Optional.some))
    return self.draw(Array(tiles), draw, augmentation, plan: plan, into: output)
  }

  /// The sample at an index with its picture, or the next one that can be decoded.
  private func decodable(_ index: Int) -> (index: Int, image: Image)? {
    for step in 0..<samples.count {
      let candidate = (index + step) % samples.count
      if let image = cache.picture(candidate) { return (candidate, image) }
    }
    return nil
  }

  private func letterboxed(
    _ sampleIndex: Int, plan: BatchPlan, into output: UnsafeMutableBufferPointer<Float>
  ) -> Result? {
    guard let (index, image) = decodable(sampleIndex) else { return nil }
    let sample = samples[index]
    let letterbox = Letterbox(
      imageWidth: sample.imageWidth, imageHeight: sample.imageHeight, targetWidth: plan.width,
      targetHeight: plan.height)
    letterbox.fill(image, into: output, normalization: config.normalization)
    var labels = VisibleAnnotations()
    labels.add(
      sample.annotations,
      through: .scale(letterbox.scale).concatenating(
        .translation(x: letterbox.offsetX, y: letterbox.offsetY)),
      bounds: Box(x1: 0, y1: 0, x2: Double(plan.width), y2: Double(plan.height)),
      minimumVisibleFraction: 0, minimumSide: 0)
    return Result(sampleIndex: index, labels: labels)
  }

  /// Draws one picture, or the four tiles of a mosaic.
  private func draw(
    _ parts: [(sample: Int, tile: AugmentationDraw.Tile?)], _ draw: AugmentationDraw,
    _ augmentation: AugmentationConfig, plan: BatchPlan,
    into output: UnsafeMutableBufferPointer<Float>
  ) -> Result? {
    var shown: Int?
    var labels = VisibleAnnotations()
    for part in parts {
      guard let (index, image) = decodable(part.sample) else { return nil }
      shown = shown ?? index
      let sample = samples[index]
      let transform = draw.transform(
        imageWidth: sample.imageWidth, imageHeight: sample.imageHeight, width: plan.width,
        height: plan.height, tile: part.tile)
      let region = draw.region(width: plan.width, height: plan.height, tile: part.tile)
      if region.width == 0 || region.height == 0 { continue }
      // Labels are in pixels of the original, the picture may have been reduced.
      let fromPicture = AffineTransform.scale(
        x: Double(sample.imageWidth) / Double(image.width),
        y: Double(sample.imageHeight) / Double(image.height))
      Warp(
        transform: fromPicture.concatenating(transform), jitter: draw.jitter,
        normalization: config.normalization
      ).fill(image, into: output, width: plan.width, height: plan.height, region: region)
      labels.add(
        sample.annotations, through: transform,
        bounds: Box(
          x1: Double(region.x), y1: Double(region.y), x2: Double(region.x + region.width),
          y2: Double(region.y + region.height)),
        minimumVisibleFraction: augmentation.minimumVisibleFraction,
        minimumSide: augmentation.minimumSide)
    }
    return shown.map { Result(sampleIndex: $0, labels: labels) }
  }
}
