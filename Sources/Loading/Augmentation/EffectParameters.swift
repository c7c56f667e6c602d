import Basics
import Imaging

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

struct GaussianBlur: Hashable {
  /// In pixels of the input.
  var standardDeviation: Double

  /// Samples for one image; nil where it is not blurred.
  init?(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    let isApplied = generator.chance(config.blur)
    standardDeviation = Double(generator.uniform(in: 0...Float(config.maximumBlur)))
    if !isApplied || standardDeviation == 0 { return nil }
  }

  func apply(to sample: inout TrainingSample) {
    sample.image = sample.image.blurred(standardDeviation: standardDeviation)
  }
}

/// Artifacts of JPEG compression at a low quality.
struct JPEGArtifacts: Hashable {
  var quality: Int

  /// Samples for one image; nil where it has none.
  init?(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    let isApplied = generator.chance(config.jpeg)
    quality = config.jpegQuality.lowerBound + generator.index(below: config.jpegQuality.count)
    if !isApplied { return nil }
  }

  func apply(to sample: inout TrainingSample) {
    // Fails only without memory, or for an input larger than JPEG allows, which stays as it is.
    if let bytes = try? ImageFile.encode(sample.image, as: .jpeg, quality: quality),
      let decoded = try? ImageFile.decode(bytes, name: "an augmented image").image
    {
      sample.image = decoded
    }
  }
}
