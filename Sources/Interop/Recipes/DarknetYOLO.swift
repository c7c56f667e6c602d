import Foundation
import Networks

/// [yolo] layers of Darknet (AlexeyAB): src/yolo_layer.c, `get_yolo_box` and `forward_yolo_layer`, without
/// `-letter_box`.
///
/// Per anchor x, y, width, height, objectness and classes, all raw: center = (cell + sigmoid(t) s -
/// (s - 1) / 2) strides with s = scale_x_y, side = exp(t) anchor, score = sigmoid(objectness)
/// sigmoid(class).
extension RecipeFamily {
  static let darknetYOLO = RecipeFamily(
    "darknet-yolo", "[yolo] layers of a Darknet configuration",
    expected: "[yolo] layers of a .cfg file"
  ) { network in
    guard let first = network.yoloHeads.first, network.channels == 3,
      network.yoloHeads.allSatisfy({ $0.classCount == first.classCount })
    else { return nil }
    let heads = network.yoloHeads
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, .rgb, deviation: [255]),
      classNames: ClassNames.usual(first.classCount),
      .boxes(Recipe.DetectionRule(confidence: 0.25, iou: 0.45)) {
        outputs, height, width, collector in
        for head in heads {
          guard let output = outputs.first(where: { $0.name == head.output }) else { continue }
          decode(head, output, height: Double(height), width: Double(width), &collector)
        }
      })
  }

  private static func decode(
    _ head: NetworkOutline.YOLOHead, _ output: OutputTensor, height: Double, width: Double,
    _ collector: inout CandidateCollector
  ) {
    let (rows, columns) = (output.dims[2], output.dims[3])
    let (count, values) = (rows * columns, output.values)
    for (index, anchor) in head.anchors.enumerated() {
      let first = index * (5 + head.classCount) * count
      for cell in 0..<count {
        func value(_ channel: Int) -> Float { values[first + channel * count + cell] }
        let objectness = sigmoid(value(4))
        guard Float(objectness) >= collector.confidence else { continue }
        collector.add(
          values, from: first + 5 * count + cell, count: head.classCount, step: count,
          score: { objectness * sigmoid($0) }
        ) {
          func center(_ channel: Int) -> Double {
            sigmoid(value(channel)) * head.scale - (head.scale - 1) / 2
          }
          return box(
            centerX: (Double(cell % columns) + center(0)) * width / Double(columns),
            centerY: (Double(cell / columns) + center(1)) * height / Double(rows),
            width: exp(Double(value(2))) * anchor.x, height: exp(Double(value(3))) * anchor.y)
        }
      }
    }
  }
}
