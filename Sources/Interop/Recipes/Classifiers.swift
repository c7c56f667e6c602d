import Networks

/// Classifiers: one output with a value per class, logits or probabilities. Colors have ImageNet's
/// normalization, and the center is cut out after scaling (torchvision's `ImageClassification`: 224 of
/// 256 pixels); gray is stretched, from 0 to 1.
extension RecipeFamily {
  static let classifier = RecipeFamily(
    "classifier", "a value per class", expected: "one output 1 x classes"
  ) { network in
    guard network.outputs.count == 1, let dims = network.outputDims.first,
      let classCount = classCount(dims), network.channels == 1 || network.channels == 3
    else { return nil }
    let input =
      network.channels == 1
      ? ImportedInput(
        height: network.height, width: network.width, .stretched, .gray, deviation: [255])
      : ImportedInput(
        height: network.hasFreeSize ? 224 : network.height,
        width: network.hasFreeSize ? 224 : network.width, .centerCrop(fraction: 0.875), .rgb,
        mean: ImportedInput.imageNetMean, deviation: ImportedInput.imageNetDeviation)
    return Recipe(input, classNames: ClassNames.numbers(classCount), .classes)
  }

  /// The classes of an output with one extent besides 1.
  private static func classCount(_ dims: [Int]) -> Int? {
    guard let count = dims.max(), count > 1, dims.filter({ $0 != 1 }).count == 1,
      dims.first == 1 || dims.count == 1
    else { return nil }
    return count
  }

  /// PP-OCR's classifier of text direction (PaddleOCR; ch_ppocr_v2_cls/text_cls.py of the package
  /// rapidocr-onnxruntime 1.2.3): strips of text of 48 x 192 pixels, upright or upside down.
  static let textDirection = RecipeFamily(
    "ppocr-cls", "PP-OCR's direction of text lines", expected: "an input x and an output 1 x 2"
  ) { network in
    guard network.channels == 3, network.input.name == "x", network.outputDims == [[1, 2]],
      network.hasFreeSize || (network.height, network.width) == (48, 192)
    else { return nil }
    return Recipe(
      ImportedInput(
        height: 48, width: 192, .strip, .bgr, mean: [127.5], deviation: [127.5]),
      classNames: ["0", "180"], .classes)
  }
}
