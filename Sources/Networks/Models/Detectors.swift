import Engine

extension ModelSpec {
  /// A small detector with a depthwise backbone, neck and head; 1.0 M parameters, 1.3 GFLOP at 416.
  package static let compact = ModelSpec(
    name: "compact",
    summary: "depthwise backbone, path aggregation neck; made to train from scratch on a CPU",
    defaultSize: 416, preprocessing: .unit, head: .detection(.decoupled)
  ) { x, classCount, scope in
    let features = scope["backbone"].compactBackbone(x)
    let pyramid = scope["neck"].pathAggregation(features, 96, style: .compact)
    return scope["head"].decoupledHead(
      pyramid, classCount: classCount, channels: 96, style: .compact, depthwise: true,
      input: x.shape)
  }

  /// A ResNet-18 detector with a feature pyramid and a head of full convolutions; 12.5 M
  /// parameters, 16 GFLOP at 416.
  package static let resnet18 = ModelSpec(
    name: "resnet18",
    summary: "ResNet-18 with a feature pyramid; more accurate, ten times the work",
    defaultSize: 416, preprocessing: .imageNet, head: .detection(.decoupled)
  ) { x, classCount, scope in
    let features = ResNet.resnet18(x, scope["backbone"])
    let pyramid = scope["neck"].featurePyramid(features, 128, style: .resnet)
    return scope["head"].decoupledHead(
      pyramid, classCount: classCount, channels: 128, style: .resnet, depthwise: false,
      input: x.shape)
  }
}
