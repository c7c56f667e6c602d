import Engine
import Foundation

/// An anchor-free head with separate branches for boxes and classes (Ge et al. 2021, "YOLOX",
/// figure 2, without the objectness). Strides share no parameters.
struct DecoupledHead {
  /// What its outputs mean: per stride n, h, w, 4 + classes.
  static let outputs = DetectionHead(strides: [8, 16, 32])
  /// Initial boxes are four strides wide, nearer to real ones than a single stride, so that
  /// assignment has overlaps to compare from the first step.
  private static let boxBias: [Float] = [0, 0, 1.386, 1.386]
  let classCount: Int
  let channels: Int
  let style: NormStyle
  let depthwise: Bool
  /// The input's side in pixels, which sets how rare objects are expected to be at first.
  let imageSize: Int

  /// Appends the head; the outputs are in the order of the strides.
  func callAsFunction(_ x: BackboneFeatures, _ scope: Scope) -> [Value] {
    zip(Self.outputs.strides, [x.stride8, x.stride16, x.stride32]).map { stride, map in
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
    depthwise
      ? DepthwiseSeparable(channels, kernel: 5, style: style)(x, scope)
      : ConvNormActivation(channels, kernel: 3, style: style)(x, scope)
  }

  /// A prior of five objects per image over all anchor points and classes, as in YOLOv8.
  private func classBias(_ stride: Int) -> Float {
    let anchorPoints = Double(imageSize / stride) * Double(imageSize / stride)
    return Float(log(5 / (Double(classCount) * max(anchorPoints, 1))))
  }
}
