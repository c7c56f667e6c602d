import Basics
import Engine
import Imaging

/// The random numbers of one training image, drawn before any file is opened.
///
/// Nothing here depends on what the images hold, so an image that turns out to be broken can be
/// replaced without moving anything else.
struct AugmentationParameters: Hashable {
  /// How images share the input.
  var mosaic: MosaicParameters
  /// Where images lie in the input.
  var placement: PlacementParameters
  var colors: ColorChange

  /// Draws for one image; partners in a mosaic are chosen by `partner`.
  init(
    _ config: AugmentationConfig, key: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    // The order of these is that of earlier versions, so that runs repeat.
    var generator = key.generator(.scene)
    let isMosaic = generator.chance(config.mosaic)
    placement = PlacementParameters()
    placement.isFlipped = generator.chance(config.flip)
    placement.scale = Double(
      generator.uniform(in: Float(1 - config.scale)...Float(1 + config.scale)))
    placement.shiftX = generator.around(config.translate)
    placement.shiftY = generator.around(config.translate)
    colors = ColorChange(
      jitter: ColorJitter(
        hueShift: Float(generator.around(config.hue)),
        saturationGain: Float(generator.around(1, reach: config.saturation)),
        valueGain: Float(generator.around(1, reach: config.value))))
    let meeting = (
      x: Double(generator.uniform(in: 0.5...1.5)), y: Double(generator.uniform(in: 0.5...1.5))
    )
    mosaic = .single
    if isMosaic {
      let partners = (0..<3).map { _ in partner(&generator) }
      mosaic = .four(partners: partners, meetingX: meeting.x, meetingY: meeting.y)
      var generator = key.generator(.nine)
      if generator.chance(config.mosaic9) {
        mosaic = .nine(
          partners: (0..<8).map { _ in partner(&generator) },
          centerX: generator.around(MosaicParameters.nineReach),
          centerY: generator.around(MosaicParameters.nineReach))
      }
    }
    placement.drawRest(config, using: key.generator(.geometry))
    colors.drawTone(config, using: key.generator(.tone))
  }
}

extension ColorChange {
  /// Adds what changes brightness, contrast, gamma and grayness.
  fileprivate mutating func drawTone(
    _ config: AugmentationConfig, using generator: SeededGenerator
  ) {
    var generator = generator
    let exponent = generator.uniform(in: -1...1)
    let gamma = Float(config.gamma)
    curve = ToneCurve(
      brightness: Float(generator.around(config.brightness)),
      contrast: 1 + Float(generator.around(config.contrast)),
      gamma: exponent < 0 ? 1 / (1 - exponent * gamma) : 1 + exponent * gamma)
    isGray = generator.chance(config.gray)
  }
}
