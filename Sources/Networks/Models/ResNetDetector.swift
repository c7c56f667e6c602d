import Engine

/// A ResNet with `FeaturePyramidNeck` and a `DecoupledHead` of plain convolutions.
package struct ResNetDetector: Sendable {
  let backbone: ResNet
  let classCount: Int
  private let channels = 128

  /// Makes the detector.
  package init(backbone: ResNet, classCount: Int) {
    self.backbone = backbone
    self.classCount = classCount
  }

  /// Appends the detector to an input of n, h, w, 3; one output a stride.
  package func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    let features = backbone(x, scope["backbone"])
    let pyramid = FeaturePyramidNeck(channels, style: .resnet)(features, scope["neck"])
    let head = DecoupledHead(
      classCount: classCount, channels: channels, style: .resnet, depthwise: false,
      imageSize: x.shape.h)
    return head(pyramid, scope["head"])
  }
}
