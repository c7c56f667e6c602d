import Foundation
import Networks

/// Decoded heads as Ultralytics exports them (ultralytics/utils/ops.py, `non_max_suppression`;
/// yolov5/utils/general.py for the older form), and as `glimpse export --decoded` writes them.
///
/// Center, width and height in pixels of the input, then classes as probabilities: one output
/// 1 x (4 + classes) x N; 1 x N x (5 + classes) with objectness (YOLOv5, YOLOv7); or, after an NMS
/// (YOLOv10), 1 x N x 6 with corners, score and class.
extension RecipeFamily {
  static let ultralytics = RecipeFamily(
    "ultralytics", "YOLO with decoded boxes, as exported by Ultralytics",
    expected: "an output 1 x (4 + classes) x N, 1 x N x (5 + classes) or 1 x N x 6"
  ) { network in
    guard network.channels == 3, let dims = network.outputDims.first, dims.count == 3, dims[0] == 1,
      network.outputs.count <= 2
    else { return nil }
    // The coefficients of the masks of a segmentation network follow the classes.
    let masks = network.outputs.count == 2 ? network.outputDims[1] : []
    guard masks.isEmpty || masks.count == 4 else { return nil }
    let others = masks.isEmpty ? 0 : masks[1]
    let cells = network.cells(strides: [8, 16, 32])
    let names = names(in: network.metadata)
    let (classCount, decoding): (Int, Recipe.Decoding)
    if dims[2] == cells || network.outputs[0].name == "predictions", dims[1] - 4 - others > 0 {
      (classCount, decoding) = (dims[1] - 4 - others, decodeColumns(dims[1] - 4 - others))
    } else if dims[1] == 3 * cells, dims[2] - 5 - others > 0 {
      (classCount, decoding) = (dims[2] - 5 - others, decodeRows(dims[2] - 5 - others))
    } else if dims[2] == 6 + others, dims[1] <= 1000, !names.isEmpty {
      (classCount, decoding) = (names.count, decodeFinal)
    } else {
      return nil
    }
    return Recipe(
      input(network),
      classNames: names.count == classCount ? names : ClassNames.usual(classCount),
      .boxes(Recipe.DetectionRule(confidence: 0.25, iou: 0.7), decoding))
  }

  /// Letterboxed in the center with gray; samples from 0 to 1, or as the metadata of Glimpse's exports
  /// say.
  private static func input(_ network: NetworkOutline) -> ImportedInput {
    func numbers(_ key: String, _ usual: Float) -> [Float] {
      let values = (network.metadata[key] ?? "").split { "[], ".contains($0) }.compactMap {
        Float($0)
      }
      return values.count == 3 ? values.map { $0 * 255 } : [usual]
    }
    let deviation = numbers("std", 255)
    return ImportedInput(
      height: network.height, width: network.width, .letterbox(isCentered: true, fill: 114), .rgb,
      mean: numbers("mean", 0), deviation: deviation.allSatisfy { $0 > 0 } ? deviation : [255])
  }

  /// The class names of the metadata: `{0: 'person', 1: 'bicycle'}`, or Glimpse's list of JSON.
  private static func names(in metadata: [String: String]) -> [String] {
    guard let text = metadata["names"] ?? metadata["class_names"] else { return [] }
    var names: [String] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(where: { $0 == "'" || $0 == "\"" }) {
      let quote = rest[open]
      rest = rest[rest.index(after: open)...]
      guard let close = rest.firstIndex(of: quote) else { break }
      names.append(printable(String(rest[..<close])))
      rest = rest[rest.index(after: close)...]
    }
    return names
  }

  private static func decodeColumns(_ classCount: Int) -> Recipe.Decoding {
    { outputs, _, _, collector in
      let (values, count) = (outputs[0].values, outputs[0].columns)
      for cell in 0..<count {
        func value(_ channel: Int) -> Double { Double(values[channel * count + cell]) }
        collector.add(
          values, from: 4 * count + cell, count: classCount, step: count, score: { Double($0) }
        ) { box(centerX: value(0), centerY: value(1), width: value(2), height: value(3)) }
      }
    }
  }

  private static func decodeRows(_ classCount: Int) -> Recipe.Decoding {
    { outputs, _, _, collector in
      let (values, columns) = (outputs[0].values, outputs[0].columns)
      for row in 0..<outputs[0].rows {
        func value(_ column: Int) -> Double { Double(values[row * columns + column]) }
        let objectness = value(4)
        guard Float(objectness) >= collector.confidence else { continue }
        collector.add(
          values, from: row * columns + 5, count: classCount, score: { objectness * Double($0) }
        ) { box(centerX: value(0), centerY: value(1), width: value(2), height: value(3)) }
      }
    }
  }

  private static let decodeFinal: Recipe.Decoding = { outputs, _, _, collector in
    let (values, columns) = (outputs[0].values, outputs[0].columns)
    for row in 0..<outputs[0].rows {
      func value(_ column: Int) -> Double { Double(values[row * columns + column]) }
      guard let classIndex = Int(exactly: value(5).rounded()), classIndex >= 0 else { continue }
      collector.add(classIndex, value(4)) { SIMD4(value(0), value(1), value(2), value(3)) }
    }
  }
}
