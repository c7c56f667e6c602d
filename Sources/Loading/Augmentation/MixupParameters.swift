import Basics
import Engine
import Imaging

/// Whether another image is blended with an image, and how much of each is seen.
struct MixupParameters: Hashable {
  /// The sample of the other image.
  var partner: Int
  /// How much of the first image is seen, in 256ths.
  var share: Int

  /// Draws for one image; nil where it stays alone.
  ///
  /// The share has the beta distribution with both parameters 32, as in YOLOX and YOLOv8: it is the
  /// middle one of 63 uniform numbers (their 32nd order statistic).
  init?(
    _ config: AugmentationConfig, key: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    var generator = key.generator(.mixup)
    guard generator.chance(config.mixup) else { return nil }
    self.partner = partner(&generator)
    let numbers = (0..<63).map { _ in generator.uniform() }.sorted()
    share = Int((numbers[31] * 256).rounded())
  }
}
