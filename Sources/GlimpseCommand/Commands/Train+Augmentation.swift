import Glimpse

/// The options of `train` that say how its images are read and varied.
extension Train {
  static let colorOptions = OptionGroup<Train>(
    "Color augmentation",
    [
      .value(
        "hsv-h", \.config.hue, .from(0, to: 0.5), unit: "fraction",
        help: "Largest change of the hue, as a fraction of the circle"),
      fraction("hsv-s", \.config.saturation, "Largest relative change of the saturation"),
      fraction(
        "hsv-v", \.config.value, "Largest relative change of the value, the largest channel"),
      fraction(
        "brightness", \.config.brightness,
        "Largest change of the brightness, as a fraction of white"),
      fraction("contrast", \.config.contrast, "Largest relative change of the contrast"),
      fraction(
        "gamma", \.config.gamma, "Largest relative change of the gamma: 0.5 gives 1/1.5 to 1.5"),
      share("gray", \.config.gray, "How often an image loses its colors"),
      share("blur", \.config.blur, "How often an image is blurred"),
      share("jpeg", \.config.jpeg, "How often an image goes through JPEG of a low quality"),
      share("erasing", \.config.erasing, "How often a rectangle of an image is grayed out"),
    ])

  static let geometryOptions = OptionGroup<Train>(
    "Geometric augmentation",
    [
      .value(
        "degrees", \.config.degrees, .from(0, to: 180), unit: "degrees",
        help: "Largest rotation"),
      fraction("translate", \.config.translate, "Largest shift, as a fraction of the input's side"),
      .value(
        "scale", \.config.scale, .from(0, below: 1), unit: "fraction",
        help: "Largest change of the size: 0.5 gives factors from 0.5 to 1.5"),
      .value(
        "shear", \.config.shear, .from(0, to: 60), unit: "degrees",
        help: "Largest shear along each axis"),
      .value(
        "perspective", \.config.perspective, .from(0, to: 0.001), unit: "fraction",
        help: "Largest change of depth, a pixel of the input"),
      share("fliplr", \.config.flip, "How often an image is mirrored left and right"),
      share("flipud", \.config.flipUpDown, "How often an image is mirrored top and bottom"),
      share(
        "crop", \.config.crop,
        "How often an image, unless in a mosaic, is cut to a part that keeps objects"),
    ])

  static let mixtureOptions = OptionGroup<Train>(
    "Several images in one",
    [
      share("mosaic", \.config.mosaic, "How often four images are put together"),
      share("mosaic9", \.config.mosaic9, "How many of the mosaics have nine images"),
      share("mixup", \.config.mixup, "How often two images are blended"),
      share(
        "copy-paste", \.config.copyPaste,
        "How often objects of another image are pasted in, where labels have polygons or masks"),
      .value(
        "close-mosaic", \.config.closeMosaic, .atLeast(0), unit: "epochs",
        help: "Last epochs without mosaic and mixup"),
    ])

  static let imageOptions = OptionGroup<Train>(
    "Reading images",
    [
      fraction(
        "repeat-threshold", \.config.repeatThreshold,
        "Classes that a smaller share of the images has are shown more often (repeat factors)"),
      .value(
        "cache", \.config.cache, .from(0, to: 1 << 24), unit: "MiB",
        help: "Memory for decoded images"),
      .flag(
        "strict", \.config.strict,
        help: "End with exit code 4 at an image that cannot be read, instead of replacing it"),
    ])

  private static func fraction(
    _ name: String, _ path: Option<Train>.Path<Double>, _ help: String
  ) -> Option<Train> {
    .value(name, path, .from(0, to: 1), unit: "fraction", help: help)
  }

  private static func share(
    _ name: String, _ path: Option<Train>.Path<Double>, _ help: String
  ) -> Option<Train> {
    .value(name, path, .from(0, to: 1), unit: "share", help: help)
  }
}
