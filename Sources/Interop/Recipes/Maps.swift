import Networks

/// Segmentation: one output with a channel per class, logits or probabilities, that covers the input
/// at its size or a smaller one. With ImageNet's normalization, as torchvision's networks have it.
extension RecipeFamily {
  static let segmentation = RecipeFamily(
    "segmentation", "a value per class and pixel, with ImageNet's normalization",
    expected: "one output 1 x classes x rows x columns of the input's shape"
  ) { network in
    map(
      network, network.channels == 3 ? .rgb : .gray,
      mean: network.channels == 3 ? ImportedInput.imageNetMean : [0],
      deviation: network.channels == 3 ? ImportedInput.imageNetDeviation : [255])
  }

  private static func map(
    _ network: NetworkOutline, _ channels: ImportedInput.Channels, mean: [Float],
    deviation: [Float]
  ) -> Recipe? {
    guard network.channels == channels.count, let dims = network.outputDims.first,
      network.outputs.count == 1 || network.outputs[0].name == "out", dims.count == 4, dims[0] == 1,
      dims[1] > 0, dims[2] > 1, dims[3] > 1,
      // Rows and columns in the ratio of the input's, up to rounding.
      abs(dims[2] * network.width - dims[3] * network.height) <= max(network.width, network.height)
    else { return nil }
    let count = dims[1] == 1 ? 1 : dims[1] - 1
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, channels, mean: mean,
        deviation: deviation),
      classNames: count == 20 ? ClassNames.voc20 : ClassNames.numbers(count),
      .map(hasBackground: dims[1] > 1))
  }

  /// SINet (Clova; export by anilsathyan7/Portrait-Segmentation), SINet/SINet_ONNX.ipynb: persons in
  /// portraits. The input is divided by the deviation and by 255.
  static let sinet = RecipeFamily(
    "sinet", "SINet, persons in portraits", expected: "an output classifier/1, 1 x 2 x H x W"
  ) { network in
    guard network.outputs.first?.name == "classifier/1" else { return nil }
    var recipe = map(
      network, .bgr, mean: [102.890434, 111.25247, 126.91212],
      deviation: [62.93292, 62.82138, 66.355705].map { $0 * 255 })
    guard recipe?.classNames.count == 1 else { return nil }
    recipe?.classNames = ["person"]
    return recipe
  }
}
