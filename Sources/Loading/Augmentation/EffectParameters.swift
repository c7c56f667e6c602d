import Basics
import Imaging

/// The augmentations of a finished input: erasing, blur and JPEG artifacts, applied in this order.
struct EffectParameters: Hashable {
  /// The standard deviation of a Gaussian blur, in pixels of the input; nil where there is none.
  var blur: Double?
  /// The quality of JPEG compression; nil where there is none.
  var jpegQuality: Int?
  var erasing: RandomErasing?

  /// Samples for one image of a size in pixels.
  init(_ config: AugmentationConfig, seed: SampleSeed, width: Int, height: Int) {
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
    // Fails only without memory, or for an input larger than JPEG allows, which stays as it is.
    if let jpegQuality,
      let bytes = try? ImageFile.encode(sample.image, as: .jpeg, quality: jpegQuality),
      let decoded = try? ImageFile.decode(bytes, name: "an augmented image").image
    {
      sample.image = decoded
    }
  }
}
