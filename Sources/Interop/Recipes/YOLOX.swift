import Foundation
import Networks

/// YOLOX (Megvii): demo/ONNXRuntime/onnx_inference.py, yolox/data/data_augment.py, `preproc`, and
/// yolox/utils/demo_utils.py.
///
/// One output 1 x N x (5 + classes) for strides 8, 16 and 32 one after the other: center offset and log
/// size in strides, objectness and classes as probabilities. Cell (0, 0) has its center at 0. The demo
/// applies NMS to all classes together.
extension RecipeFamily {
  static let yolox = RecipeFamily(
    "yolox", "YOLOX from release 0.1.1 on", expected: expectedYOLOX
  ) { network in
    yolox(network, .bgr, mean: [0], deviation: [1])
  }

  static let yoloxOld = RecipeFamily(
    "yolox-old", "YOLOX up to release 0.1.0, with ImageNet's normalization",
    expected: expectedYOLOX, isRecognized: false
  ) { network in
    yolox(
      network, .rgb, mean: ImportedInput.imageNetMean, deviation: ImportedInput.imageNetDeviation)
  }

  private static let expectedYOLOX =
    "one output 1 x N x (5 + classes) with N the cells of strides 8, 16 and 32"
  private static let strides = [8, 16, 32]

  private static func yolox(
    _ network: NetworkOutline, _ channels: ImportedInput.Channels, mean: [Float],
    deviation: [Float]
  ) -> Recipe? {
    guard network.channels == 3, network.outputs.count == 1, let dims = network.outputDims.first,
      dims.count == 3, dims[0] == 1, dims[2] > 5, dims[1] == network.cells(strides: strides)
    else { return nil }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .letterbox(isCentered: false, fill: 114),
        channels, mean: mean, deviation: deviation),
      classNames: ClassNames.usual(dims[2] - 5),
      .boxes(
        Recipe.DetectionRule(
          confidence: 0.3, iou: 0.45, isClassAgnostic: true, countsEndPixels: true), decodeYOLOX))
  }

  private static let decodeYOLOX: Recipe.Decoding = { outputs, height, width, collector in
    let (values, columns) = (outputs[0].values, outputs[0].columns)
    var start = 0
    for stride in strides {
      for y in 0..<height / stride {
        for x in 0..<width / stride {
          defer { start += columns }
          guard start + columns <= values.count else { return }
          let objectness = Double(values[start + 4])
          guard Float(objectness) >= collector.confidence else { continue }
          let place = start
          collector.add(
            values, from: place + 5, count: columns - 5, score: { objectness * Double($0) }
          ) {
            Self.box(
              centerX: (Double(values[place]) + Double(x)) * Double(stride),
              centerY: (Double(values[place + 1]) + Double(y)) * Double(stride),
              width: exp(Double(values[place + 2])) * Double(stride),
              height: exp(Double(values[place + 3])) * Double(stride))
          }
        }
      }
    }
  }
}
