import Datasets
import Engine
import Imaging
import Loading

extension TrainingConfig {
  /// How training images are varied, mosaics included.
  package var augmentation: AugmentationConfig {
    var result = AugmentationConfig()
    result.flip = flip
    result.flipUpDown = flipUpDown
    result.scale = scale
    result.translate = translate
    result.degrees = degrees
    result.shear = shear
    result.perspective = perspective
    result.crop = crop
    result.hue = hue
    result.saturation = saturation
    result.value = value
    result.brightness = brightness
    result.contrast = contrast
    result.gamma = gamma
    result.gray = gray
    result.blur = blur
    result.jpeg = jpeg
    result.erasing = erasing
    result.mosaic = mosaic
    result.mosaic9 = mosaic9
    result.mixup = mixup
    result.copyPaste = copyPaste
    return result
  }

  /// How training images are read: all of it but the threads' number follows from the settings.
  package func loaderConfig(
    batchSize: Int, seed: UInt64, normalization: Normalization
  ) -> LoaderConfig {
    var result = LoaderConfig(
      batchSize: batchSize, seed: seed, workers: workers ?? threads ?? Machine.availableThreads,
      normalization: normalization, imageSide: imageSide, cacheLimit: cache << 20)
    result.repeatThreshold = repeatThreshold
    result.isStrict = strict
    return result
  }

  /// The longer side, in pixels, to which images are reduced before they are kept and drawn: what
  /// the largest input shows of an image at its largest.
  package var imageSide: Int {
    Int(Double(inputSizes.max() ?? imgsz) * (1 + scale))
  }

  /// The sides of the input that a batch may have, in pixels: multiples of 32 around `imgsz`.
  var inputSizes: [Int] {
    let reach = Int((Double(imgsz) * multiScale / 32).rounded(.down))
    return (-reach...reach).map { imgsz + 32 * $0 }.filter { $0 >= 32 }
  }
}
