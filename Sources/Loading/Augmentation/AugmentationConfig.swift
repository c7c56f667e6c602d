/// Random augmentation of training images.
///
/// The defaults are weak, which suits small networks trained from scratch: mosaic for half of the
/// images, scales 0.5 to 1.5, horizontal flips and color jitter. Source: YOLOX (Ge et al. 2021) as
/// configured for its nano and tiny networks; color gains as in YOLOv5. Everything else is off by
/// default.
public struct AugmentationConfig: Hashable, Sendable {
  // MARK: Geometry

  /// Probability of a horizontal flip.
  public var flip = 0.5
  /// Probability of a vertical flip.
  public var flipUpDown = 0.0
  /// Images are fitted to the input, then scaled by a random factor from 1 - this to 1 + this.
  /// It is below 1.
  public var scale = 0.5
  /// Maximum shift each way, as a fraction of the input's width and height.
  public var translate = 0.1
  /// Maximum rotation each way, in degrees.
  public var degrees = 0.0
  /// Maximum shear each way along each axis, in degrees, below 90.
  public var shear = 0.0
  /// Maximum perspective coefficient along each axis, per pixel of the input; 0.001 is strong.
  public var perspective = 0.0
  /// Probability of a random crop that keeps objects, for images that are not in a mosaic.
  /// Source: SSD (Liu et al. 2016), section 2.2.
  public var crop = 0.0
  /// The standard deviation of the displacements of an elastic deformation, in pixels of the input, for
  /// images with masks; boxes and polygons do not follow it. Source: U-Net (Ronneberger et al. 2015),
  /// which uses 10.
  public var elastic = 0.0
  /// Whether inputs are random windows of the images at their own scale, changed by `scale`, instead of
  /// whole images. `translate`, `crop` and `mosaic` have no effect then. A training takes windows for
  /// segmentation where it is `auto`.
  public var patch = PatchChoice.auto
  /// Probability that such a window is placed around a pixel of a class. Source: nnU-Net (Isensee et al.
  /// 2021), where a third of the patches hold foreground.
  public var patchForeground = 0.33
  /// What is shown outside of an image that is not in a mosaic; masks are ignored there.
  public var padding = PaddingMode.auto

  // MARK: Color

  /// Maximum hue shift each way, as a fraction of the color circle.
  public var hue = 0.015
  /// The saturation is multiplied by a random factor from 1 - this to 1 + this.
  public var saturation = 0.7
  /// The value (the largest channel) is multiplied by a random factor from 1 - this to 1 + this.
  public var value = 0.4
  /// Maximum change of brightness each way, as a fraction of white.
  public var brightness = 0.0
  /// The contrast is multiplied by a random factor from 1 - this to 1 + this.
  public var contrast = 0.0
  /// Samples are raised to a random power (gamma) from 1 / (1 + this) to 1 + this.
  public var gamma = 0.0
  /// Probability of conversion to grayscale.
  public var gray = 0.0

  // MARK: Pixels

  /// Probability of a Gaussian blur of a standard deviation up to `maximumBlur`.
  public var blur = 0.0
  /// Maximum standard deviation of the blur, in pixels of the input.
  public var maximumBlur = 2.0
  /// Probability of JPEG compression artifacts.
  public var jpeg = 0.0
  /// The range of the JPEG quality, within 1...100.
  public var jpegQuality = 20...90
  /// Maximum standard deviation of Gaussian noise, as a fraction of white.
  public var noise = 0.0
  /// Probability of graying out a rectangle. Source: random erasing (Zhong et al. 2020) with the
  /// gray of cutout (DeVries and Taylor 2017).
  public var erasing = 0.0

  // MARK: Several images in one

  /// Probability of a mosaic. Source: YOLOv4 (Bochkovskiy et al. 2020).
  public var mosaic = 0.5
  /// Fraction of the mosaics that are three by three instead of two by two.
  public var mosaic9 = 0.0
  /// Probability of blending with another augmented image. Source: mixup (Zhang et al. 2018), for
  /// detection as in YOLOX.
  public var mixup = 0.0
  /// Probability of pasting the segmented objects of another image.
  /// Source: simple copy-paste (Ghiasi et al. 2021).
  public var copyPaste = 0.0

  // MARK: Labels

  /// Minimum visible fraction of a box's area; boxes below it are dropped.
  public var minimumVisibleFraction = 0.1
  /// Minimum width and height of a box, in pixels of the input; smaller boxes are dropped.
  public var minimumSide = 2.0

  /// The default augmentation.
  public init() {}

  /// No augmentation: images are only fitted to the input.
  public static var none: AugmentationConfig {
    var config = AugmentationConfig()
    (config.flip, config.scale, config.translate, config.mosaic) = (0, 0, 0, 0)
    (config.hue, config.saturation, config.value) = (0, 0, 0)
    return config
  }

  /// Whether images that are not in a mosaic are mirrored at their edges.
  var isMirrored: Bool { padding == .reflect || padding == .auto && patch == .on }

  /// The same configuration with flips as the only augmentation.
  public var flipsOnly: AugmentationConfig {
    var config = Self.none
    (config.flip, config.flipUpDown) = (flip, flipUpDown)
    (config.patch, config.patchForeground, config.padding) = (patch, patchForeground, padding)
    return config
  }

  /// The same configuration without mosaic and mixup.
  public var withoutMosaic: AugmentationConfig {
    var config = self
    (config.mosaic, config.mixup) = (0, 0)
    return config
  }

  func checkRanges() {
    precondition((0..<1).contains(scale), "a scale changes by 0 to below 1, not \(scale)")
    precondition(
      jpegQuality.lowerBound >= 1 && jpegQuality.upperBound <= 100,
      "a JPEG's quality is 1 to 100, not \(jpegQuality)")
    precondition((0..<90).contains(shear), "a shear is 0 to below 90 degrees, not \(shear)")
    precondition(
      degrees >= 0 && maximumBlur >= 0 && gamma >= 0 && elastic >= 0, "no amount may be negative")
    for fraction in [
      flip, flipUpDown, translate, perspective, crop, hue, saturation, value, brightness, contrast,
      gray, blur, jpeg, erasing, noise, patchForeground, mosaic, mosaic9, mixup, copyPaste,
    ] {
      precondition((0...1).contains(fraction), "\(fraction) is not between 0 and 1")
    }
  }
}

/// Whether inputs are random windows of the images at their own scale.
public enum PatchChoice: String, CaseIterable, Sendable {
  /// As the task needs it.
  case auto
  case on, off
}

/// What is shown outside of an image.
public enum PaddingMode: String, CaseIterable, Sendable {
  /// `reflect` for windows of images, else `gray`.
  case auto
  /// Gray 114, or 0 where images are normalized by their own statistics.
  case gray
  /// The image, mirrored at its edges.
  case reflect
}

extension AugmentationConfig {
  /// The rule that decides which labels are kept.
  var rule: AnnotationClipping.Rule {
    AnnotationClipping.Rule(
      minimumVisibleFraction: minimumVisibleFraction, minimumSide: minimumSide)
  }
}
