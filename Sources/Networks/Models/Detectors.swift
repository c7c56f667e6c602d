import Engine

extension ModelSpec {
  /// A small detector with a depthwise backbone, neck and head; 1.0 M parameters, 1.3 GFLOP at 416.
  package static let compact = compact(
    "compact",
    "depthwise backbone, path aggregation neck; made to train from scratch on a CPU",
    CompactLayout(stages: [(32, 3, 1), (64, 3, 2), (128, 5, 3), (256, 5, 1)]))

  private static func compact(
    _ name: String, _ summary: String, _ layout: CompactLayout
  ) -> ModelSpec {
    let head = layout.hasStride64 ? DetectionHead.decoupled64 : .decoupled
    return ModelSpec(
      name: name, summary: summary, defaultSize: 416, preprocessing: .unit, head: .detection(head)
    ) { x, classCount, scope in
      let features = scope["backbone"].compactBackbone(x, layout)
      let maps = scope["neck"].pathAggregation(
        features, layout.width, levels: head.strides.count, style: .compact)
      return scope["head"].decoupledHead(
        maps, head, classCount: classCount,
        style: HeadStyle(
          channels: layout.width, norm: .compact, isDepthwise: true, isShared: layout.sharesHead),
        input: x.shape)
    }
  }

  /// A ResNet-18 detector with a feature pyramid and a head of full convolutions; 12.5 M
  /// parameters, 16 GFLOP at 416.
  package static let resnet18 = resNet(
    "resnet18", "ResNet-18 with a feature pyramid; more accurate, ten times the work", .resnet18)

  /// A ResNet-50 detector with the same neck and head; 25.2 M parameters, 32 GFLOP at 416.
  package static let resnet50 = resNet(
    "resnet50", "ResNet-50 with a feature pyramid; the largest detector", .resnet50)

  private static func resNet(_ name: String, _ summary: String, _ backbone: ResNet) -> ModelSpec {
    ModelSpec(
      name: name, summary: summary, defaultSize: 416, preprocessing: .imageNet,
      head: .detection(.decoupled)
    ) { x, classCount, scope in
      let maps = scope["neck"].featurePyramid(backbone(x, scope["backbone"]), 128, style: .resnet)
      return scope["head"].decoupledHead(
        maps, .decoupled, classCount: classCount,
        style: HeadStyle(channels: 128, norm: .resnet, isDepthwise: false), input: x.shape)
    }
  }
}
