import Datasets

extension TrainingConfig {
  /// How training pictures are varied, mosaics included.
  public var augmentation: AugmentationConfig {
    AugmentationConfig(
      flipProbability: Float(flip), scale: Float(1 - scale)...Float(1 + scale),
      translation: Float(translate), hue: Float(hue), saturation: Float(saturation),
      value: Float(brightness), mosaicProbability: Float(mosaic))
  }

  /// The longer side, in pixels, to which pictures are reduced before they are kept and drawn: what
  /// the largest input shows of a picture at its largest.
  public var pictureSide: Int {
    Int(Double(inputSizes.max() ?? imgsz) * (1 + scale))
  }

  /// The sides of the input that a batch may have, in pixels: multiples of 32 around `imgsz`.
  var inputSizes: [Int] {
    let reach = Int((Double(imgsz) * multiScale / 32).rounded(.down))
    return (-reach...reach).map { imgsz + 32 * $0 }.filter { $0 >= 32 }
  }
}
