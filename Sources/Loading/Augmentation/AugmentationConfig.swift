/// How training images are varied at random.
///
/// The defaults are weak, as small networks trained from scratch want them: mosaic on half of the
/// images, scales 0.5 to 1.5, mirroring and some color. Source: YOLOX (Ge et al. 2021) as configured
/// for its nano and tiny networks; color gains as in YOLOv5. All else is off until it is asked for.
package struct AugmentationConfig: Hashable, Sendable {
  // MARK: Geometry

  /// How often an image is mirrored left and right, 0...1.
  package var flipProbability: Float = 0.5
  /// How often an image is mirrored top and bottom, 0...1.
  package var verticalFlipProbability: Float = 0
  /// The range of the factor by which images grow or shrink, beyond fitting them to the input.
  package var scale: ClosedRange<Float> = 0.5...1.5
  /// The largest shift each way, as a fraction of the input's width and height.
  package var translation: Float = 0.1
  /// The largest rotation each way, in degrees.
  package var degrees: Float = 0
  /// The largest shear each way along each axis, in degrees.
  package var shear: Float = 0
  /// The largest change of depth along each axis, a pixel of the input; 0.001 is strong.
  package var perspective: Float = 0
  /// How often an image of its own is cut to a random part that keeps objects, 0...1. Source: SSD
  /// (Liu et al. 2016), section 2.2.
  package var cropProbability: Float = 0

  // MARK: Color

  /// The largest turn of the hue each way, in full turns of the color circle.
  package var hue: Float = 0.015
  /// The saturation is multiplied by 1 - this to 1 + this.
  package var saturation: Float = 0.7
  /// The value (the largest channel) is multiplied by 1 - this to 1 + this.
  package var value: Float = 0.4
  /// The largest change of brightness each way, as a fraction of white.
  package var brightness: Float = 0
  /// The contrast is multiplied by 1 - this to 1 + this.
  package var contrast: Float = 0
  /// Samples are raised to a power from 1 / (1 + this) to 1 + this.
  package var gamma: Float = 0
  /// How often an image loses its colors, 0...1.
  package var grayProbability: Float = 0

  // MARK: Pixels

  /// How often an image is blurred, by up to `maximumBlur`, 0...1.
  package var blurProbability: Float = 0
  /// The largest standard deviation of the blur, in pixels of the input.
  package var maximumBlur: Float = 2
  /// How often an image goes through JPEG of a low quality, 0...1.
  package var jpegProbability: Float = 0
  /// The range of that quality, 1...100.
  package var jpegQuality: ClosedRange<Int> = 20...90
  /// How often a rectangle is grayed out, 0...1. Source: random erasing (Zhong et al. 2020) with the
  /// gray of cutout (DeVries and Taylor 2017).
  package var erasingProbability: Float = 0

  // MARK: Several images in one

  /// How often three more images join an image in a two-by-two mosaic, 0...1. Source: YOLOv4
  /// (Bochkovskiy et al. 2020).
  package var mosaicProbability: Float = 0.5
  /// How many of the mosaics are three by three, 0...1.
  package var mosaic9: Float = 0
  /// How often another image, varied on its own, is blended with an image, 0...1. Source: mixup
  /// (Zhang et al. 2018), for detection as in YOLOX.
  package var mixupProbability: Float = 0
  /// How often the objects of another image that have polygons are laid over an image, 0...1.
  /// Source: simple copy-paste (Ghiasi et al. 2021).
  package var copyPasteProbability: Float = 0

  // MARK: Labels

  /// A box of which less than this fraction of its area stays visible is dropped.
  package var minimumVisibleFraction = 0.1
  /// A box less wide or high than this, in pixels of the input, is dropped.
  package var minimumSide = 2.0

  /// The usual, weak augmentation.
  package init() {}

  /// Shows images as they are, fitted to the input.
  package static var none: AugmentationConfig {
    var config = AugmentationConfig()
    config.flipProbability = 0
    config.scale = 1...1
    config.translation = 0
    config.hue = 0
    config.saturation = 0
    config.value = 0
    config.mosaicProbability = 0
    return config
  }

  /// The same without mosaic and mixup: for the last epochs, whose images should look like real
  /// ones.
  package var withoutMosaic: AugmentationConfig {
    var config = self
    config.mosaicProbability = 0
    config.mixupProbability = 0
    return config
  }

  /// Refuses, as a programmer's mistake, what cannot be drawn.
  func check() {
    precondition(
      scale.lowerBound > 0 && scale.upperBound < 100, "scales lie between 0 and 100, not \(scale)")
    precondition(
      jpegQuality.lowerBound >= 1 && jpegQuality.upperBound <= 100,
      "a JPEG's quality is 1 to 100, not \(jpegQuality)")
    precondition(shear >= 0 && shear < 90, "a shear is 0 to below 90 degrees, not \(shear)")
    precondition(degrees >= 0 && maximumBlur >= 0 && gamma >= 0, "no amount may be negative")
    for fraction in [
      flipProbability, verticalFlipProbability, translation, perspective, cropProbability, hue,
      saturation, value, brightness, contrast, grayProbability, blurProbability, jpegProbability,
      erasingProbability, mosaicProbability, mosaic9, mixupProbability, copyPasteProbability,
    ] {
      precondition((0...1).contains(fraction), "\(fraction) is not between 0 and 1")
    }
  }
}
