import Basics
import Imaging

/// The random parameters of one training image, sampled before any file is opened.
///
/// They do not depend on the content of images: replacing an unreadable image changes nothing else.
struct AugmentationParameters: Hashable {
  var mosaic: MosaicParameters
  var placement: PlacementParameters
  var colors: ColorChange

  /// Samples the parameters of one image; `partner` chooses the other images of a mosaic.
  init(
    _ config: AugmentationConfig, seed: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    // The order of sampling is fixed, so that a seed gives the same images in every version.
    var generator = seed.generator(.scene)
    let isMosaic = generator.chance(config.mosaic)
    placement = PlacementParameters(config, using: &generator)
    colors = ColorChange(config, using: &generator)
    mosaic =
      isMosaic
      ? MosaicParameters(config, seed: seed, using: &generator, partner: partner) : .single
    if config.patch == .on {
      // A window is placed on its own.
      (mosaic, placement.shiftX, placement.shiftY) = (.single, 0, 0)
    }
    generator = seed.generator(.geometry)
    placement.sampleDistortion(config, using: &generator)
    generator = seed.generator(.tone)
    colors.sampleTone(config, using: &generator)
  }
}

extension ColorChange {
  /// Samples hue, saturation and value.
  init(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    self.init(
      jitter: ColorJitter(
        hueShift: Float(generator.around(config.hue)),
        saturationGain: Float(generator.around(1, reach: config.saturation)),
        valueGain: Float(generator.around(1, reach: config.value))))
  }

  /// Samples brightness, contrast, gamma and conversion to grayscale.
  mutating func sampleTone(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    let exponent = generator.uniform(in: -1...1)
    let gamma = Float(config.gamma)
    curve = ToneCurve(
      brightness: Float(generator.around(config.brightness)),
      contrast: 1 + Float(generator.around(config.contrast)),
      gamma: exponent < 0 ? 1 / (1 - exponent * gamma) : 1 + exponent * gamma)
    isGray = generator.chance(config.gray)
  }
}
