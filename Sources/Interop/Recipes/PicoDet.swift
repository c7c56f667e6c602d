import Networks

/// PicoDet (PaddleDetection), exported without decoding:
/// configs/picodet/legacy_model/_base_/picodet_320_reader.yml and ppdet/modeling/heads/pico_head.py.
///
/// Outputs of classes of strides 8, 16, 32 and 64, as probabilities, then of sides in the same order,
/// with centers at (i + 0.5) * stride. Paddle resizes by cubic interpolation, which is linear here.
extension RecipeFamily {
  static let picoDet = RecipeFamily(
    "picodet", "PicoDet, exported without postprocessing",
    expected: "four outputs 1 x cells x classes and four 1 x cells x 32 for strides 8 to 64"
  ) { network in
    let (dims, levels) = (network.outputDims, network.outputs.count / 2)
    let strides = (0..<levels).map { 8 << $0 }
    guard network.channels == 3, network.outputs.count % 2 == 0, (3...5).contains(levels),
      dims.allSatisfy({ $0.count == 3 && $0[0] == 1 }),
      zip(strides, dims).allSatisfy({ $1[1] == network.cells(strides: [$0]) }),
      zip(dims, dims[levels...]).allSatisfy({ $0[1] == $1[1] }),
      Set(dims.prefix(levels).map { $0[2] }).count == 1, dims[0][2] > 0,
      Set(dims[levels...].map { $0[2] }).count == 1, dims[levels][2] >= 8, dims[levels][2] % 4 == 0
    else { return nil }
    let (classCount, columns) = (dims[0][2], dims[levels][2])
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, .rgb,
        mean: ImportedInput.imageNetMean, deviation: ImportedInput.imageNetDeviation),
      classNames: ClassNames.usual(classCount),
      .boxes(Recipe.DetectionRule(confidence: 0.4, iou: 0.6)) {
        outputs, height, width, collector in
        for (level, stride) in strides.enumerated() {
          DistributionHead(stride: stride, offset: 0.5, classCount: classCount, bins: columns / 4)
            .decode(
              classes: outputs[level].values, classStep: classCount,
              sides: outputs[levels + level].values, sideStep: columns, height: height,
              width: width, &collector)
        }
      })
  }
}
