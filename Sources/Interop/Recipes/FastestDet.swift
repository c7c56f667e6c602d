import Foundation
import Networks

/// FastestDet (dog-qiuqiu): example/onnx-runtime/runtime.py.
///
/// One output 1 x (5 + classes) x rows x columns of stride 16: objectness, box, classes, of which
/// objectness and classes are probabilities. Center = (cell + tanh) strides, side = sigmoid of the
/// input's; score = objectness^0.6 * class^0.4. NMS is over all classes.
extension RecipeFamily {
  static let fastestDet = RecipeFamily(
    "fastestdet", "FastestDet",
    expected: "one output 1 x (5 + classes) x height/16 x width/16"
  ) { network in
    guard network.channels == 3, network.outputs.count == 1, let dims = network.outputDims.first,
      dims.count == 4, dims[0] == 1, dims[1] > 5, dims[2] == network.height / 16,
      dims[3] == network.width / 16
    else { return nil }
    let classCount = dims[1] - 5
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, .bgr, deviation: [255]),
      classNames: ClassNames.usual(classCount),
      .boxes(
        Recipe.DetectionRule(
          confidence: 0.65, iou: 0.45, isClassAgnostic: true, countsEndPixels: true)
      ) { outputs, height, width, collector in
        let values = outputs[0].values
        let (rows, columns) = (outputs[0].dims[2], outputs[0].dims[3])
        let count = rows * columns
        for cell in 0..<count {
          func value(_ channel: Int) -> Float { values[channel * count + cell] }
          let objectness = pow(Double(value(0)), 0.6)
          collector.add(
            values, from: 5 * count + cell, count: classCount, step: count,
            score: { objectness * pow(Double($0), 0.4) }
          ) {
            box(
              centerX: (Double(cell % columns) + tanh(Double(value(1)))) * Double(width)
                / Double(columns),
              centerY: (Double(cell / columns) + tanh(Double(value(2)))) * Double(height)
                / Double(rows),
              width: sigmoid(value(3)) * Double(width), height: sigmoid(value(4)) * Double(height))
          }
        }
      })
  }
}
