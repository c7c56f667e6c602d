import Basics
import Datasets
import Imaging

/// Builds single training images: decodes, augments, draws, and transforms their labels.
struct SampleBuilder: Sendable {
  let samples: [Sample]
  let config: LoaderConfig
  let batchesPerEpoch: Int
  private let factors: RepeatFactors
  /// The shape of each sample; empty if batches are not grouped by shape.
  private let shapes: [ShapeGroup]
  private let cache: ImageCache

  init(_ samples: [Sample], config: LoaderConfig) {
    precondition(!samples.isEmpty, "a loader needs at least one sample")
    self.samples = samples
    self.config = config
    factors = RepeatFactors(samples, threshold: config.repeatThreshold)
    shapes =
      config.groupsShapes
      ? samples.map { ShapeGroup(imageWidth: $0.imageWidth, imageHeight: $0.imageHeight) } : []
    batchesPerEpoch = EpochSampler.batchCount(factors, config: config)
    precondition(
      batchesPerEpoch > 0, "\(samples.count) samples are too few for \(config.ranks) ranks")
    cache = ImageCache(samples: samples, config: config)
  }

  func sampler(epoch: Int) -> EpochSampler {
    EpochSampler(factors, shapes: shapes, config: config, epoch: epoch)
  }

  /// Builds the image at a position of an epoch.
  ///
  /// The image depends only on the seed, the epoch, the position, the samples and the plan.
  ///
  /// - Throws: `DatasetsError` if none of the samples can be decoded.
  func build(
    _ sampler: EpochSampler, place: Int, plan: BatchPlan
  ) throws(DatasetsError) -> TrainingSample {
    let input = plan.size.extent(for: sampler.group(ofPlace: place))
    guard let augmentation = plan.augmentation else {
      return weighted(try letterboxed(sampler.indices[place], input))
    }
    let seed = sampler.seed(ofPlace: place)
    func partner(_ generator: inout SeededGenerator) -> Int {
      sampler.partner(ofPlace: place, using: &generator)
    }
    let parameters = AugmentationParameters(augmentation, seed: seed, partner: partner)
    var result = try scene(
      sampler.indices[place], parameters, augmentation, seed: seed, input)
    if let paste = CopyPaste(augmentation, seed: seed, partner: partner) {
      let (index, cached) = try decodable(paste.partner, &result.issues)
      paste.apply(
        samples[index], image: cached.image, colors: parameters.colors, rule: augmentation.rule,
        to: &result)
    }
    if let mixup = MixupParameters(augmentation, seed: seed, partner: partner) {
      var seed = seed
      seed.layer = 1
      var other = AugmentationParameters(augmentation, seed: seed, partner: partner)
      other.colors = parameters.colors
      mixup.apply(
        try scene(mixup.partner, other, augmentation, seed: seed, input), to: &result)
    }
    EffectParameters(augmentation, seed: seed, width: input.width, height: input.height).apply(
      to: &result, rule: augmentation.rule)
    return weighted(result)
  }

  /// A finished sample with the weights of its pixels, if they are configured.
  private func weighted(_ sample: TrainingSample) -> TrainingSample {
    guard config.weightMap != .none, let mask = sample.mask else { return sample }
    var result = sample
    result.weights = BoundaryWeights(isBalanced: config.weightMap == .balanced).weights(
      mask, objects: sample.objects)
    return result
  }

  /// The sample at an index with its image or, if that cannot be decoded, the next one that can.
  /// The reason is added to `issues`, as is a warning of the image; other unreadable samples are
  /// reported at their own position.
  private func decodable(
    _ index: Int, _ issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> (index: Int, cached: ImageCache.CachedImage) {
    for step in 0..<samples.count {
      let candidate = (index + step) % samples.count
      do {
        let cached = try cache.cached(candidate)
        if let issue = cached.issue { issues.append(issue) }
        return (candidate, cached)
      } catch {
        if step == 0 { issues.append(error) }
      }
    }
    throw DatasetsError(
      "none of the \(samples.count) images can be decoded."
        + (issues.last.map { " The first problem is: \($0)" } ?? ""))
  }

  private func letterboxed(
    _ sampleIndex: Int, _ input: InputSize.Extent
  ) throws(DatasetsError) -> TrainingSample {
    var issues: [DatasetIssue] = []
    let (index, cached) = try decodable(sampleIndex, &issues)
    let sample = samples[index]
    let letterbox = Letterbox(
      imageWidth: sample.imageWidth, imageHeight: sample.imageHeight, targetWidth: input.width,
      targetHeight: input.height)
    var labels = AnnotationClipping()
    labels.add(
      sample.annotations, showing: sample.bounds, through: letterbox.transform, width: input.width,
      height: input.height, rule: .all)
    var result = TrainingSample(
      sampleIndex: index,
      image: cached.image.format == .rgb8
        ? letterbox.image(of: cached.image) : emptyImage(input), mask: emptyMask(input),
      objects: emptyObjects(input, cached), labels: labels, issues: issues)
    func warp(of image: Image) -> ElasticWarp {
      ElasticWarp(transform: sample.transform(from: image).concatenating(letterbox.transform))
    }
    if cached.image.format != .rgb8 {
      warp(of: cached.image).draw(cached.image, into: &result.image)
    }
    if let mask = cached.mask {
      result.drawMask { warp(of: mask).drawNumbers(mask, into: &$0) }
    }
    if let objects = cached.objects {
      result.drawObjects { warp(of: objects).drawNumbers(objects, into: &$0) }
    }
    return result
  }

  /// An input of padding only.
  private func emptyImage(_ input: InputSize.Extent) -> Image {
    let format = config.inputFormat
    return Image(
      width: input.width, height: input.height, format: format,
      filledWith: UnitSamples.paddingByte(format))
  }

  /// A plane without objects; nil if an image does not distinguish them.
  private func emptyObjects(
    _ input: InputSize.Extent, _ cached: ImageCache.CachedImage
  ) -> Image? {
    cached.objects.map { Image(width: input.width, height: input.height, format: $0.format) }
  }

  /// A mask of ignored pixels only; nil if no masks are configured.
  private func emptyMask(_ input: InputSize.Extent) -> Image? {
    config.maskClasses.map { _ in
      Image(
        width: input.width, height: input.height, format: .gray8, filledWith: ClassMasks.ignored)
    }
  }

  /// Draws one image, or the images of a mosaic.
  private func scene(
    _ first: Int, _ parameters: AugmentationParameters, _ augmentation: AugmentationConfig,
    seed: SampleSeed, _ input: InputSize.Extent
  ) throws(DatasetsError) -> TrainingSample {
    let (width, height) = (input.width, input.height)
    var issues: [DatasetIssue] = []
    let (shown, firstImage) = try decodable(first, &issues)
    var result = TrainingSample(
      sampleIndex: shown, image: emptyImage(input), mask: emptyMask(input),
      objects: emptyObjects(input, firstImage), labels: AnnotationClipping(), issues: issues)
    let placement = parameters.placement.transform(width: width, height: height)
    var deformation = Deformation(isMirrored: augmentation.isMirrored)
    if parameters.mosaic != .single { deformation.isMirrored = false }
    if config.maskClasses != nil {
      deformation.displacement = DisplacementField(
        augmentation, seed: seed, width: width, height: height)
    }
    for (place, cell) in parameters.mosaic.cells.enumerated() {
      func placed(_ index: Int) -> PlacedImage {
        if augmentation.patch == .on {
          return PlacedImage(
            sample: samples[index],
            patch: PatchParameters(
              samples[index], firstImage.foreground, augmentation, seed: seed,
              scale: parameters.placement.scale, width: width, height: height),
            placement: placement, width: width, height: height)
        }
        let crop =
          parameters.mosaic == .single
          ? CropParameters(samples[index], augmentation, seed: seed) : nil
        return PlacedImage(
          sample: samples[index], cell: cell, placement: placement, crop: crop, width: width,
          height: height)
      }
      let requested = place == 0 ? shown : parameters.mosaic.partners[place - 1]
      // An image outside of the input need not be decoded.
      if placed(requested).region(deformation, width: width, height: height) == nil { continue }
      let (index, cached) =
        place == 0 ? (shown, firstImage) : try decodable(requested, &result.issues)
      let drawn = placed(index)
      guard let region = drawn.region(deformation, width: width, height: height) else { continue }
      drawn.draw(
        cached.image, colors: parameters.colors, deformation, into: &result.image, region: region)
      if let mask = cached.mask {
        result.drawMask { drawn.draw(mask: mask, deformation, into: &$0, region: region) }
      }
      if let objects = cached.objects {
        result.drawObjects { drawn.draw(mask: objects, deformation, into: &$0, region: region) }
      } else {
        result.objects = nil
      }
      result.labels.add(
        drawn.annotations, showing: drawn.part, through: drawn.transform, width: width,
        height: height, rule: augmentation.rule)
    }
    // Objects of several images have the same numbers.
    if parameters.mosaic != .single { result.objects = nil }
    return result
  }
}
