import Basics
import Imaging

/// The augmentations of a finished input: erasing, blur, JPEG artifacts and noise, applied in this order.
struct EffectParameters: Hashable {
  /// The standard deviation of the Gaussian blur, in pixels of the input; nil for no blur.
  var blur: Double?
  /// The JPEG quality, 1...100; nil for no compression.
  var jpegQuality: Int?
  var erasing: RandomErasing?
  /// The standard deviation of the noise, as a fraction of white; 0 for no noise.
  var noise: Float = 0
  /// The generator of the noise.
  private var noiseGenerator: SeededGenerator

  /// Samples the effects of one image, whose size is in pixels.
  init(_ config: AugmentationConfig, seed: SampleSeed, width: Int, height: Int) {
    noiseGenerator = seed.generator(.noise)
    noise = noiseGenerator.uniform(in: 0...1) * Float(config.noise)
    var generator = seed.generator(.effects)
    let isBlurred = generator.chance(config.blur)
    let deviation = Double(generator.uniform(in: 0...Float(config.maximumBlur)))
    if isBlurred, deviation > 0 { blur = deviation }
    let isCompressed = generator.chance(config.jpeg)
    let quality =
      config.jpegQuality.lowerBound + generator.index(below: config.jpegQuality.count)
    if isCompressed { jpegQuality = quality }
    erasing = RandomErasing(config, using: &generator, width: width, height: height)
  }

  func apply(to sample: inout TrainingSample, rule: AnnotationClipping.Rule) {
    erasing?.apply(to: &sample, rule: rule)
    if let blur { sample.image = sample.image.blurred(standardDeviation: blur) }
    // Fails only if memory runs out or the input exceeds JPEG's maximum size; it is then unchanged.
    if let jpegQuality, sample.image.format == .rgb8,
      let bytes = try? ImageFile.encode(sample.image, as: .jpeg, quality: jpegQuality),
      let decoded = try? ImageFile.decode(bytes, name: "an augmented image").image
    {
      sample.image = decoded
    }
    if noise > 0 {
      var generator = noiseGenerator
      sample.image.addNoise(standardDeviation: noise, using: &generator)
    }
  }
}
