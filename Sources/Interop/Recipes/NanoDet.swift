import Networks

/// NanoDet (RangiLyu): config/legacy_v0.x_configs/nanodet-m.yml and nanodet/model/head/gfl_head.py;
/// NanoDet-Plus: config/nanodet-plus-m_320.yml and nanodet_plus_head.py.
///
/// The first generation has an output of classes and one of sides per stride 8, 16 and 32, with centers at
/// (i + 0.5) * stride; Plus has one output 1 x N x (classes + 4 * bins) with stride 64, too, and
/// centers at i * stride.
extension RecipeFamily {
  static let nanoDet = RecipeFamily(
    "nanodet", "NanoDet and NanoDet-Plus",
    expected: "outputs cls_pred_stride_8 ... and dis_pred_stride_8 ..., or one of "
      + "1 x N x (classes + 32) with N the cells of strides 8, 16, 32 and 64"
  ) { network in
    guard network.channels == 3, let output = firstNanoDet(network) ?? plusNanoDet(network) else {
      return nil
    }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .letterbox(isCentered: true, fill: 0), .bgr,
        mean: [103.53, 116.28, 123.675], deviation: [57.375, 57.12, 58.395]),
      classNames: ClassNames.usual(output.classCount),
      .boxes(Recipe.DetectionRule(confidence: 0.35, iou: 0.6), output.decoding))
  }

  private static func firstNanoDet(
    _ network: NetworkOutline
  ) -> (classCount: Int, decoding: Recipe.Decoding)? {
    let pairs = [8, 16, 32, 64, 128].compactMap { stride -> (Int, Int, Int)? in
      guard
        let classes = network.outputs.firstIndex(where: { $0.name == "cls_pred_stride_\(stride)" }),
        let sides = network.outputs.firstIndex(where: { $0.name == "dis_pred_stride_\(stride)" })
      else { return nil }
      return (stride, classes, sides)
    }
    let dims = network.outputDims
    guard let first = pairs.first, let classCount = dims[first.1].last, classCount > 0,
      let columns = dims[first.2].last, columns >= 8, columns % 4 == 0
    else { return nil }
    return (
      classCount,
      { outputs, height, width, collector in
        for (stride, classes, sides) in pairs {
          DistributionHead(stride: stride, offset: 0.5, classCount: classCount, bins: columns / 4)
            .decode(
              classes: outputs[classes].values, classStep: classCount,
              sides: outputs[sides].values, sideStep: columns, height: height, width: width,
              &collector)
        }
      }
    )
  }

  private static func plusNanoDet(
    _ network: NetworkOutline
  ) -> (classCount: Int, decoding: Recipe.Decoding)? {
    let strides = [8, 16, 32, 64]
    guard network.outputs.count == 1, let dims = network.outputDims.first, dims.count == 3,
      dims[0] == 1, dims[1] == network.cells(strides: strides), dims[2] > 32
    else { return nil }
    let (columns, classCount) = (dims[2], dims[2] - 32)
    return (
      classCount,
      { outputs, height, width, collector in
        var cell = 0
        for stride in strides {
          DistributionHead(stride: stride, offset: 0, classCount: classCount, bins: 8).decode(
            classes: outputs[0].values, classStep: columns, sides: outputs[0].values,
            sideStep: columns, sideStart: classCount, cell: cell, height: height, width: width,
            &collector)
          cell += ((height + stride - 1) / stride) * ((width + stride - 1) / stride)
        }
      }
    )
  }
}
