import Basics
import Datasets
import Engine
import Imaging

/// Makes the single images of batches: decodes, varies, draws, and moves the labels along.
struct SampleBuilder: Sendable {
  let samples: [Sample]
  let config: LoaderConfig
  let cache: ImageCache

  /// An image that was drawn.
  struct Result {
    /// The sample that it shows, which is not the one asked for where that cannot be decoded.
    var sampleIndex: Int
    /// 8-bit RGB of the plan's size.
    var image: Image
    /// The class of each pixel, of the same size; nil where none is wanted.
    var mask: Image?
    var labels: AnnotationClipping
    /// What kept samples from being part of it.
    var issues: [DatasetIssue] = []
  }

  /// Draws the image at a place of an epoch.
  ///
  /// What is drawn depends on the seed, the epoch, the place, the samples and the plan alone.
  ///
  /// - Throws: `DatasetsError` where no sample at all can be decoded.
  func make(_ order: EpochSampler, place: Int, plan: BatchPlan) throws(DatasetsError) -> Result {
    guard let augmentation = plan.augmentation else {
      return try letterboxed(order.indices[place], plan: plan)
    }
    let key = order.key(ofPlace: place)
    func partner(_ generator: inout SeededGenerator) -> Int {
      order.partner(ofPlace: place, using: &generator)
    }
    let draw = AugmentationParameters(augmentation, key: key, partner: partner)
    var result = try scene(order.indices[place], draw, augmentation, key: key, plan: plan)
    if let paste = CopyPaste(augmentation, key: key, partner: partner) {
      try add(paste, colors: draw.colors, augmentation, to: &result)
    }
    if let mixup = MixupParameters(augmentation, key: key, partner: partner) {
      var key = key
      key.layer = 1
      let other = AugmentationParameters(augmentation, key: key, partner: partner)
        .with(colors: draw.colors)
      let second = try scene(mixup.partner, other, augmentation, key: key, plan: plan)
      result.image.blend(second.image, share: mixup.share)
      if let own = result.mask, let other = second.mask {
        result.mask = ClassMasks.blended(own, other, showsMoreOfFirst: mixup.share >= 128)
      }
      result.labels.add(second.labels)
      result.issues += second.issues
    }
    EffectParameters(augmentation, key: key, width: plan.width, height: plan.height).apply(
      to: &result, rule: augmentation.rule)
    return result
  }

  /// The sample at an index with its image, or the next one that can be decoded; why it cannot itself
  /// is added to `issues` (the others have their own turn).
  private func decodable(
    _ index: Int, _ issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> (index: Int, cached: ImageCache.CachedImage) {
    var first: DatasetIssue?
    for step in 0..<samples.count {
      let candidate = (index + step) % samples.count
      do {
        return (candidate, try cache.cached(candidate))
      } catch {
        guard step == 0 else { continue }
        first = error.issue
        issues.append(error.issue)
      }
    }
    throw DatasetsError(
      "none of the \(samples.count) images can be decoded."
        + (first.map { " The first problem is: \($0)" } ?? ""))
  }

  private func letterboxed(_ sampleIndex: Int, plan: BatchPlan) throws(DatasetsError) -> Result {
    var issues: [DatasetIssue] = []
    let (index, cached) = try decodable(sampleIndex, &issues)
    let sample = samples[index]
    let letterbox = Letterbox(
      imageWidth: sample.imageWidth, imageHeight: sample.imageHeight, targetWidth: plan.width,
      targetHeight: plan.height)
    var labels = AnnotationClipping()
    labels.add(
      sample.annotations,
      showing: Box(
        x1: 0, y1: 0, x2: Double(sample.imageWidth), y2: Double(sample.imageHeight)),
      through: ProjectiveTransform(letterbox.transform), width: plan.width, height: plan.height,
      rule: .all)
    var result = Result(
      sampleIndex: index, image: letterbox.image(of: cached.image),
      mask: emptyMask(width: plan.width, height: plan.height), labels: labels, issues: issues)
    if let mask = cached.mask {
      let warp = Warp(
        transform: ProjectiveTransform(sample.transform(from: mask))
          .concatenating(letterbox.transform))
      result.drawMask { warp.drawNumbers(mask, into: &$0) }
    }
    return result
  }

  /// A plane in which nothing is known yet; nil where none is wanted.
  private func emptyMask(width: Int, height: Int) -> Image? {
    config.maskClasses.map { _ in
      Image(width: width, height: height, format: .gray8, filledWith: ClassMasks.ignored)
    }
  }

  /// Draws one image, or the images of a mosaic.
  private func scene(
    _ first: Int, _ draw: AugmentationParameters, _ augmentation: AugmentationConfig,
    key: SampleSeed,
    plan: BatchPlan
  ) throws(DatasetsError) -> Result {
    let (width, height) = (plan.width, plan.height)
    var issues: [DatasetIssue] = []
    let (shown, firstImage) = try decodable(first, &issues)
    var result = Result(
      sampleIndex: shown,
      image: Image(width: width, height: height, filledWith: UInt8(Normalization.padding)),
      mask: emptyMask(width: width, height: height),
      labels: AnnotationClipping(), issues: issues)
    let placement = draw.placement.transform(width: width, height: height)
    let rule = augmentation.rule
    for (place, cell) in draw.mosaic.cells.enumerated() {
      func layer(_ index: Int) -> PlacedImage {
        let crop =
          draw.mosaic == .single ? CropParameters(samples[index], augmentation, key: key) : nil
        return PlacedImage(
          sample: samples[index], cell: cell, placement: placement, crop: crop, width: width,
          height: height)
      }
      let wanted = place == 0 ? shown : draw.mosaic.partners[place - 1]
      // What is out of sight need not be decoded.
      if layer(wanted).region(width: width, height: height) == nil { continue }
      let (index, cached) =
        place == 0 ? (shown, firstImage) : try decodable(wanted, &result.issues)
      let drawn = layer(index)
      guard let region = drawn.region(width: width, height: height) else { continue }
      drawn.draw(cached.image, colors: draw.colors, into: &result.image, region: region)
      if let mask = cached.mask {
        result.drawMask { drawn.draw(mask: mask, into: &$0, region: region) }
      }
      result.labels.add(
        drawn.annotations, showing: drawn.part, through: drawn.transform, width: width,
        height: height, rule: rule)
    }
    return result
  }

  /// Lays the objects of another image over one.
  private func add(
    _ paste: CopyPaste, colors: ColorChange, _ augmentation: AugmentationConfig,
    to result: inout Result
  ) throws(DatasetsError) {
    let (width, height) = (result.image.width, result.image.height)
    let (index, cached) = try decodable(paste.partner, &result.issues)
    let layer = paste.layer(samples[index], width: width, height: height)
    guard let region = layer.region(width: width, height: height) else { return }
    var labels = AnnotationClipping()
    labels.add(
      layer.annotations, showing: layer.part, through: layer.transform, width: width,
      height: height, rule: augmentation.rule)
    let chosen = CopyPaste.chosen(labels.objects, over: result.labels.objects)
    if chosen.isEmpty { return }
    var over = result.image
    layer.draw(cached.image, colors: colors, into: &over, region: region)
    var pasted: [ClippedObject] = []
    var cover = RunLengthMask(
      width: width, height: height, region: PixelRegion(x: 0, y: 0, width: 0, height: 0))
    for object in chosen {
      guard let mask = object.annotation.segmentationPixels(width: width, height: height) else {
        continue
      }
      result.image.paste(over, where: mask)
      result.mask?.fill(mask, with: ClassMasks.number(ofClass: object.annotation.classIndex))
      cover = cover.union(mask)
      pasted.append(object)
    }
    result.labels.cover(cover, rule: augmentation.rule)
    // They come from one image, in which they lie as they do here: none covers another.
    result.labels.objects += pasted
  }
}

extension SampleBuilder.Result {
  /// Draws on the mask, where there is one.
  fileprivate mutating func drawMask(_ draw: (inout Image) -> Void) {
    guard var plane = mask else { return }
    // Taken out, so that it is not copied.
    mask = nil
    draw(&plane)
    mask = plane
  }
}

extension AugmentationParameters {
  /// The same with other colors.
  fileprivate func with(colors: ColorChange) -> AugmentationParameters {
    var draw = self
    draw.colors = colors
    return draw
  }
}
