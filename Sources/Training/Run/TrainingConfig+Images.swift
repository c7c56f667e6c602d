import Datasets
import Engine
import Imaging
import Loading

extension TrainingConfig {
  /// How training images are varied, mosaics included.
  package var augmentation: AugmentationConfig {
    var result = AugmentationConfig()
    result.flipProbability = Float(flip)
    result.verticalFlipProbability = Float(flipUpDown)
    result.scale = Float(1 - scale)...Float(1 + scale)
    result.translation = Float(translate)
    result.degrees = Float(degrees)
    result.shear = Float(shear)
    result.perspective = Float(perspective)
    result.cropProbability = Float(crop)
    result.hue = Float(hue)
    result.saturation = Float(saturation)
    result.value = Float(value)
    result.brightness = Float(brightness)
    result.contrast = Float(contrast)
    result.gamma = Float(gamma)
    result.grayProbability = Float(gray)
    result.blurProbability = Float(blur)
    result.jpegProbability = Float(jpeg)
    result.erasingProbability = Float(erasing)
    result.mosaicProbability = Float(mosaic)
    result.mosaic9 = Float(mosaic9)
    result.mixupProbability = Float(mixup)
    result.copyPasteProbability = Float(copyPaste)
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
