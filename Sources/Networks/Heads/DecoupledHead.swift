import Engine
import Foundation

/// An anchor-free head with a branch for boxes and one for classes at each stride.
///
/// Three maps in; for each stride one output n, h, w, 4 + classes: a box code (`BoxEncoding`), then
/// a logit per class, each a yes-or-no of its own (Ge et al. 2021, "YOLOX", figure 2, without the
/// objectness). Strides share nothing.
package struct DecoupledHead: Sendable {
  /// Input pixels between the cells of each output.
  package static let strides = [8, 16, 32]
  /// Boxes begin four cells wide: nearer to real ones than a single cell, so that assignment has
  /// something to go by from the first step.
  private static let boxBias: [Float] = [0, 0, 1.386, 1.386]
  let classCount: Int
  let channels: Int
  let style: NormStyle
  let isDepthwise: Bool
  let imageSize: Int

  /// Makes the head; `imageSize` (pixels) sets how rare objects are expected to be at first.
  package init(
    classCount: Int, channels: Int, style: NormStyle, depthwise: Bool, imageSize: Int
  ) {
    self.classCount = classCount
    self.channels = channels
    self.style = style
    isDepthwise = depthwise
    self.imageSize = imageSize
  }

  /// Appends the head; the outputs are in the order of `strides`.
  package func callAsFunction(_ x: BackboneFeatures, _ scope: Scope) -> [Value] {
    zip(Self.strides, [x.stride8, x.stride16, x.stride32]).map { stride, map in
      let scope = scope["stride\(stride)"]
      let boxes = Convolution(
        channels, 4, kernel: 1, bias: true, weightInitializer: .normal(deviation: 0.01),
        biasInitializer: .values(Self.boxBias))
      let classes = Convolution(
        channels, classCount, kernel: 1, bias: true, weightInitializer: .normal(deviation: 0.01),
        biasInitializer: .constant(classBias(stride)))
      let box = scope["box"].apply(boxes, branch(map, scope["boxBranch"]))
      let logits = scope["class"].apply(classes, branch(map, scope["classBranch"]))
      return scope["concat"].apply(Concat(), box, logits)
    }
  }

  private func branch(_ x: Value, _ scope: Scope) -> Value {
    isDepthwise
      ? DepthwiseSeparable(channels, kernel: 5, style: style)(x, scope)
      : ConvNormActivation(channels, kernel: 3, style: style)(x, scope)
  }

  /// About five objects an image, spread over its cells and classes, as YOLOv8 begins.
  private func classBias(_ stride: Int) -> Float {
    let anchorPoints = Double(imageSize / stride) * Double(imageSize / stride)
    return Float(log(5 / (Double(classCount) * max(anchorPoints, 1))))
  }
}
