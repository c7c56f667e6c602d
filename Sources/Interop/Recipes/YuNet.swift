import Foundation
import Networks

/// YuNet (ShiqiYu/libfacedetection.train): tools/compare_inference.py, class YUNET, mode AUTO.
///
/// Outputs cls_, obj_, bbox_ and kps_ of strides 8, 16 and 32. Cell (0, 0) has its center at 0; the
/// score is the product of class and objectness. Images are padded, not scaled.
extension RecipeFamily {
  static let yuNet = RecipeFamily(
    "yunet", "YuNet faces", expected: "outputs cls_8, obj_8, bbox_8 ... of strides 8, 16 and 32"
  ) { network in
    let strides = [8, 16, 32]
    let names = network.outputs.map(\.name)
    let places = strides.compactMap { stride -> (stride: Int, cls: Int, obj: Int, box: Int)? in
      guard let cls = names.firstIndex(of: "cls_\(stride)"),
        let obj = names.firstIndex(of: "obj_\(stride)"),
        let box = names.firstIndex(of: "bbox_\(stride)"), network.outputDims[box].last == 4
      else { return nil }
      return (stride, cls, obj, box)
    }
    guard network.channels == 3, places.count == strides.count else { return nil }
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width,
        network.hasFreeSize
          ? .padded(multiple: 32) : .letterbox(isCentered: false, fill: 0), .bgr),
      classNames: faces,
      .boxes(Recipe.DetectionRule(confidence: 0.5, iou: 0.5)) { outputs, _, width, collector in
        for (stride, cls, obj, boxes) in places {
          let columns = max(width / stride, 1)
          let (classes, objects, values) = (
            outputs[cls].values, outputs[obj].values, outputs[boxes].values
          )
          for cell in 0..<min(classes.count, objects.count, values.count / 4) {
            collector.add(0, Double(classes[cell] * objects[cell])) {
              func value(_ index: Int) -> Double { Double(values[cell * 4 + index]) }
              return box(
                centerX: (Double(cell % columns) + value(0)) * Double(stride),
                centerY: (Double(cell / columns) + value(1)) * Double(stride),
                width: exp(value(2)) * Double(stride), height: exp(value(3)) * Double(stride))
            }
          }
        }
      })
  }
}
