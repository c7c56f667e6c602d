/// The augmentations of a finished input: erasing, blur and JPEG artifacts, applied in this order.
struct EffectParameters: Hashable {
  var blur: GaussianBlur?
  var jpeg: JPEGArtifacts?
  var erasing: RandomErasing?

  /// Samples for one image of a size in pixels.
  init(_ config: AugmentationConfig, seed: SampleSeed, width: Int, height: Int) {
    var generator = seed.generator(.effects)
    blur = GaussianBlur(config, using: &generator)
    jpeg = JPEGArtifacts(config, using: &generator)
    erasing = RandomErasing(config, using: &generator, width: width, height: height)
  }

  func apply(to sample: inout TrainingSample, rule: AnnotationClipping.Rule) {
    erasing?.apply(to: &sample, rule: rule)
    blur?.apply(to: &sample)
    jpeg?.apply(to: &sample)
  }
}
