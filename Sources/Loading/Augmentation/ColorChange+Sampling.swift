import Basics
import Imaging

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
