import Engine
import Foundation

extension DetectionHead {
  /// The format of the outputs of `decoupledHead`: per stride n, h, w, 4 + classes.
  static let decoupled = DetectionHead(strides: [8, 16, 32])
}

extension Scope {
  /// An anchor-free head with separate branches for boxes and classes (Ge et al. 2021, "YOLOX",
  /// figure 2, without objectness). Strides do not share parameters; outputs are ordered by stride.
  ///
  /// - Parameter input: The shape of the network's input; determines the initial class bias.
  func decoupledHead(
    _ x: BackboneFeatures, classCount: Int, channels: Int, style: NormStyle, depthwise: Bool,
    input: Shape
  ) -> [Value] {
    func branch(_ x: Value, _ scope: Scope) -> Value {
      depthwise
        ? scope.depthwiseSeparable(x, channels, kernel: 5, style: style)
        : scope.convNormActivation(x, channels, kernel: 3, style: style)
    }
    let maps = [x.stride8, x.stride16, x.stride32]
    return zip(DetectionHead.decoupled.strides, maps).map { stride, map in
      let scope = self["stride\(stride)"]
      // Initial boxes are exp(1.386) = 4 strides wide, closer to typical objects than one stride,
      // so that label assignment has nonzero IoUs from the first step.
      let boxes = Convolution(
        channels, 4, kernel: 1, bias: true, weightInitializer: .normal(deviation: 0.01),
        biasInitializer: .values([0, 0, 1.386, 1.386]))
      // A prior of five objects per image over all anchor points and classes, as in YOLOv8.
      let count = Double(max(input.h / stride, 1) * max(input.w / stride, 1))
      let classes = Convolution(
        channels, classCount, kernel: 1, bias: true, weightInitializer: .normal(deviation: 0.01),
        biasInitializer: .constant(Float(log(5 / (Double(classCount) * count)))))
      let box = scope["box"].apply(boxes, branch(map, scope["boxBranch"]))
      let logits = scope["class"].apply(classes, branch(map, scope["classBranch"]))
      return scope["concat"].apply(Concat(), box, logits)
    }
  }
}
