import Engine

extension ModelSpec {
  /// 12.5 M parameters and 16 GFLOP at 416.
  package static let resnet18 = ModelSpec(
    name: "resnet18",
    summary: "ResNet-18 with a feature pyramid; more accurate, ten times the work",
    defaultSize: 416, preprocessing: .imageNet, head: .detection(DecoupledHead.outputs)
  ) { ResNetDetector(backbone: .resnet18, classCount: $1)($0, $2) }
}

/// A ResNet with `FeaturePyramidNeck` and a `DecoupledHead` of plain convolutions.
struct ResNetDetector {
  let backbone: ResNet
  let classCount: Int
  private let channels = 128

  init(backbone: ResNet, classCount: Int) {
    self.backbone = backbone
    self.classCount = classCount
  }

  /// Input n, h, w, 3; one output per stride.
  func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    let features = backbone(x, scope["backbone"])
    let pyramid = FeaturePyramidNeck(channels, style: .resnet)(features, scope["neck"])
    let head = DecoupledHead(
      classCount: classCount, channels: channels, style: .resnet, depthwise: false,
      imageSize: x.shape.h)
    return head(pyramid, scope["head"])
  }
}
