import Basics
import Imaging

/// Mixup: blends an image with another one.
struct MixupParameters: Hashable {
  /// The index of the other sample.
  var partner: Int
  /// The weight of the first image, in units of 1/256.
  var weight: Int

  /// Samples the parameters of one image; nil if it is not blended.
  ///
  /// The weight has the distribution Beta(32, 32), as in YOLOX and YOLOv8: it is the median (32nd
  /// order statistic) of 63 uniform numbers.
  init?(
    _ config: AugmentationConfig, seed: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    var generator = seed.generator(.mixup)
    guard generator.chance(config.mixup) else { return nil }
    self.partner = partner(&generator)
    let numbers = (0..<63).map { _ in generator.uniform() }.sorted()
    weight = Int((numbers[31] * 256).rounded())
  }

  /// Blends another sample into one; the labels of both are kept.
  func apply(_ other: TrainingSample, to sample: inout TrainingSample) {
    sample.image.blend(other.image, weight: weight)
    if let first = sample.mask, let second = other.mask {
      sample.mask = ClassMasks.blended(first, second, showsMoreOfFirst: weight >= 128)
      // Objects of both images overlap.
      sample.objects = nil
    }
    sample.labels.objects += other.labels.objects
    sample.labels.ignored += other.labels.ignored
    sample.issues += other.issues
  }
}
