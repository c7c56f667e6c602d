import Engine
import Foundation

extension DetectionHead {
  /// The format of the outputs of `decoupledHead`: per stride n, h, w, 4 + classes.
  static let decoupled = DetectionHead(strides: [8, 16, 32])
}

/// The branches of a decoupled head.
struct HeadStyle: Hashable, Sendable {
  var channels: Int
  var norm: NormStyle
  /// Whether the branches are depthwise separable.
  var isDepthwise: Bool
}

extension Scope {
  /// An anchor-free head with separate branches for boxes and classes (Ge et al. 2021, "YOLOX",
  /// figure 2, without objectness). Outputs are ordered by stride.
  ///
  /// - Parameters:
  ///   - maps: One per stride of `head`.
  ///   - input: The shape of the network's input; determines the initial class bias.
  func decoupledHead(
    _ maps: [Value], _ head: DetectionHead, classCount: Int, style: HeadStyle, input: Shape
  ) -> [Value] {
    let channels = style.channels
    return zip(head.strides, maps).map { stride, map in
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
      let box = scope["box"].apply(boxes, scope["boxBranch"].branch(map, style))
      let logits = scope["class"].apply(classes, scope["classBranch"].branch(map, style))
      return scope["concat"].apply(Concat(), box, logits)
    }
  }

  private func branch(_ x: Value, _ style: HeadStyle) -> Value {
    style.isDepthwise
      ? depthwiseSeparable(x, style.channels, kernel: 5, style: style.norm)
      : convNormActivation(x, style.channels, kernel: 3, style: style.norm)
  }
}
