import Basics
import Imaging

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
