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
    /// 8-bit RGB of the plan's size.
    var image: Image
    var labels: VisibleAnnotations
  }

  /// Why no picture can be drawn at all.
  var nothingDecodable: DatasetsError {
    let first = cache.problems.first.map { " The first problem is: \($0)" } ?? ""
    return DatasetsError("none of the \(samples.count) pictures can be decoded.\(first)")
  }

  /// Draws the picture at a place of an epoch; nil where no sample at all can be decoded.
  ///
  /// What is drawn depends on the seed, the epoch, the place, the samples and the plan alone.
  func make(_ order: EpochOrder, place: Int, plan: BatchPlan) -> Result? {
    guard let augmentation = plan.augmentation else {
      return letterboxed(order.indices[place], plan: plan)
    }
    let key = order.key(ofPlace: place)
    func partner(_ generator: inout SeededGenerator) -> Int {
      order.partner(ofPlace: place, using: &generator)
    }
    let draw = AugmentationDraw(augmentation, key: key, partner: partner)
    guard var result = scene(order.indices[place], draw, augmentation, key: key, plan: plan) else {
      return nil
    }
    if let paste = CopyPaste(augmentation, key: key, partner: partner) {
      add(paste, colors: draw.colors, augmentation, to: &result)
    }
    if let mixup = MixupDraw(augmentation, key: key, partner: partner) {
      var key = key
      key.layer = 1
      let other = AugmentationDraw(augmentation, key: key, partner: partner)
        .with(colors: draw.colors)
      if let other = scene(mixup.partner, other, augmentation, key: key, plan: plan) {
        result.image.blend(other.image, share: mixup.share)
        result.labels.targets += other.labels.targets
        result.labels.ignored += other.labels.ignored
      }
    }
    EffectDraw(augmentation, key: key, width: plan.width, height: plan.height).apply(
      to: &result.image, &result.labels,
      minimumVisibleFraction: augmentation.minimumVisibleFraction)
    return result
  }

  /// The sample at an index with its picture, or the next one that can be decoded.
  private func decodable(_ index: Int) -> (index: Int, image: Image)? {
    for step in 0..<samples.count {
      let candidate = (index + step) % samples.count
      if let image = cache.picture(candidate) { return (candidate, image) }
    }
    return nil
  }

  private func letterboxed(_ sampleIndex: Int, plan: BatchPlan) -> Result? {
    guard let (index, image) = decodable(sampleIndex) else { return nil }
    let sample = samples[index]
    let letterbox = Letterbox(
      imageWidth: sample.imageWidth, imageHeight: sample.imageHeight, targetWidth: plan.width,
      targetHeight: plan.height)
    var labels = VisibleAnnotations()
    labels.add(
      sample.annotations,
      showing: Box(
        x1: 0, y1: 0, x2: Double(sample.imageWidth), y2: Double(sample.imageHeight)),
      through: ProjectiveTransform(letterbox.transform), width: plan.width, height: plan.height,
      rule: .all)
    return Result(sampleIndex: index, image: letterbox.picture(of: image), labels: labels)
  }

  /// Draws one picture, or the pictures of a mosaic.
  private func scene(
    _ first: Int, _ draw: AugmentationDraw, _ augmentation: AugmentationConfig, key: PictureKey,
    plan: BatchPlan
  ) -> Result? {
    let (width, height) = (plan.width, plan.height)
    guard let (shown, firstImage) = decodable(first) else { return nil }
    var result = Result(
      sampleIndex: shown,
      image: Image(width: width, height: height, filledWith: UInt8(Normalization.padding)),
      labels: VisibleAnnotations())
    let placement = draw.placement.transform(width: width, height: height)
    let rule = augmentation.rule
    for (place, cell) in draw.mosaic.cells.enumerated() {
      func layer(_ index: Int) -> PictureLayer {
        let crop =
          draw.mosaic == .single ? CropDraw(samples[index], augmentation, key: key) : nil
        return PictureLayer(
          sample: samples[index], cell: cell, placement: placement, crop: crop, width: width,
          height: height)
      }
      let wanted = place == 0 ? shown : draw.mosaic.partners[place - 1]
      // What is out of sight need not be decoded.
      if layer(wanted).region(width: width, height: height) == nil { continue }
      guard let (index, image) = place == 0 ? (shown, firstImage) : decodable(wanted) else {
        return nil
      }
      let drawn = layer(index)
      guard let region = drawn.region(width: width, height: height) else { continue }
      drawn.draw(image, colors: draw.colors, into: &result.image, region: region)
      result.labels.add(
        drawn.annotations, showing: drawn.part, through: drawn.transform, width: width,
        height: height, rule: rule)
    }
    return result
  }

  /// Lays the objects of another picture over one.
  private func add(
    _ paste: CopyPaste, colors: ColorChange, _ augmentation: AugmentationConfig,
    to result: inout Result
  ) {
    let (width, height) = (result.image.width, result.image.height)
    guard let (index, image) = decodable(paste.partner) else { return }
    let layer = paste.layer(samples[index], width: width, height: height)
    guard let region = layer.region(width: width, height: height) else { return }
    var labels = VisibleAnnotations()
    labels.add(
      layer.annotations, showing: layer.part, through: layer.transform, width: width,
      height: height, rule: augmentation.rule)
    let chosen = CopyPaste.chosen(labels.targets, over: result.labels.targets)
    if chosen.isEmpty { return }
    var over = result.image
    layer.draw(image, colors: colors, into: &over, region: region)
    for object in chosen {
      guard let mask = try? object.outline?.mask(width: width, height: height) else { continue }
      result.image.paste(over, where: mask)
      result.labels.targets.append(object)
    }
  }
}

extension AugmentationDraw {
  /// The same with other colors.
  fileprivate func with(colors: ColorChange) -> AugmentationDraw {
    var draw = self
    draw.colors = colors
    return draw
  }
}

extension AugmentationConfig {
  /// Which labels are kept.
  fileprivate var rule: VisibleAnnotations.Rule {
    VisibleAnnotations.Rule(
      minimumVisibleFraction: minimumVisibleFraction, minimumSide: minimumSide)
  }
}
