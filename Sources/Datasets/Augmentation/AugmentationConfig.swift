/// How training pictures are varied at random: geometry, color, and four pictures in one.
///
/// The defaults are weak, as small networks trained from scratch want them: mosaic on half of the
/// pictures, scales 0.5 to 1.5, no mixing. Source: YOLOX (Ge et al. 2021) as configured for its nano
/// and tiny networks; color gains as in YOLOv5.
public struct AugmentationConfig: Hashable, Sendable {
  /// How often a picture is mirrored left and right, 0...1.
  public var flipProbability: Float
  /// The range of the factor by which pictures grow or shrink, beyond fitting them to the input.
  public var scale: ClosedRange<Float>
  /// The largest shift each way, as a fraction of the input's width and height.
  public var translation: Float
  /// The largest turn of the hue each way, in full turns of the color circle.
  public var hue: Float
  /// The saturation is multiplied by 1 - this to 1 + this.
  public var saturation: Float
  /// The value (brightness) is multiplied by 1 - this to 1 + this.
  public var value: Float
  /// How often three more pictures join a picture in a two-by-two mosaic, 0...1.
  public var mosaicProbability: Float
  /// A box of which less than this fraction of its area stays visible is dropped.
  public var minimumVisibleFraction: Double
  /// A box less wide or high than this, in pixels of the input, is dropped.
  public var minimumSide: Double

  /// Makes a configuration; probabilities and fractions are 0...1, scales above zero.
  public init(
    flipProbability: Float = 0.5, scale: ClosedRange<Float> = 0.5...1.5, translation: Float = 0.1,
    hue: Float = 0.015, saturation: Float = 0.7, value: Float = 0.4,
    mosaicProbability: Float = 0.5, minimumVisibleFraction: Double = 0.1, minimumSide: Double = 2
  ) {
    precondition(
      scale.lowerBound > 0 && scale.upperBound < 100, "scales lie between 0 and 100, not \(scale)")
    for fraction in [flipProbability, translation, hue, saturation, value, mosaicProbability] {
      precondition((0...1).contains(fraction), "\(fraction) is not between 0 and 1")
    }
    self.flipProbability = flipProbability
    self.scale = scale
    self.translation = translation
    self.hue = hue
    self.saturation = saturation
    self.value = value
    self.mosaicProbability = mosaicProbability
    self.minimumVisibleFraction = minimumVisibleFraction
    self.minimumSide = minimumSide
  }

  /// The same without mosaic: for the last epochs, whose pictures should look like real ones.
  public var withoutMosaic: AugmentationConfig {
    var config = self
    config.mosaicProbability = 0
    return config
  }
}
