import Basics
import Imaging

/// The random parameters of one training image, sampled before any file is opened.
///
/// They do not depend on what the images hold, so that replacing an unreadable image changes
/// nothing else.
struct AugmentationParameters: Hashable {
  var mosaic: MosaicParameters
  var placement: PlacementParameters
  var colors: ColorChange

  /// Samples for one image; `partner` chooses the other images of a mosaic.
  init(
    _ config: AugmentationConfig, seed: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    // The order is fixed, so that a seed gives the same images in every version.
    var generator = seed.generator(.scene)
    let isMosaic = generator.chance(config.mosaic)
    placement = PlacementParameters(config, using: &generator)
    colors = ColorChange(config, using: &generator)
    mosaic =
      isMosaic
      ? MosaicParameters(config, seed: seed, using: &generator, partner: partner) : .single
    generator = seed.generator(.geometry)
    placement.sampleDistortion(config, using: &generator)
    generator = seed.generator(.tone)
    colors.sampleTone(config, using: &generator)
  }
}
