import Engine

extension ModelSpec {
  /// A small detector with a depthwise backbone, neck and head; 1.0 M parameters, 1.3 GFLOP at 416.
  package static let compact = compact(
    "compact",
    "depthwise backbone, path aggregation neck; made to train from scratch on a CPU",
    CompactLayout(stages: [(32, 3, 1), (64, 3, 2), (128, 5, 3), (256, 5, 1)]))

  /// The smallest detector, for large numbers of images; 0.5 M parameters, 0.6 GFLOP at 416.
  package static let compactN = compact(
    "compact-n", "as compact, with half of its parameters and work",
    CompactLayout(stages: [(16, 3, 1), (40, 3, 1), (88, 5, 3), (152, 5, 2)], width: 64))

  /// A larger compact detector; 3.0 M parameters, 3.0 GFLOP at 416.
  package static let compactM = compact(
    "compact-m", "as compact, with three times its parameters and work",
    CompactLayout(
      stages: [(40, 3, 1), (80, 3, 3), (176, 5, 5), (344, 5, 3)], stem: 24, width: 128))

  private static func compact(
    _ name: String, _ summary: String, _ layout: CompactLayout
  ) -> ModelSpec {
    ModelSpec(
      name: name, summary: summary, defaultSize: 416, preprocessing: .unit,
      head: .detection(.decoupled)
    ) { x, _, classCount, scope in
      let features = scope["backbone"].compactBackbone(x, layout)
      let maps = scope["neck"].pathAggregation(features, layout.width, style: .compact)
      return scope["head"].decoupledHead(
        maps, .decoupled, classCount: classCount,
        style: HeadStyle(channels: layout.width, norm: .compact, isDepthwise: true),
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
    ) { x, _, classCount, scope in
      let maps = scope["neck"].featurePyramid(backbone(x, scope["backbone"]), 128, style: .resnet)
      return scope["head"].decoupledHead(
        maps, .decoupled, classCount: classCount,
        style: HeadStyle(channels: 128, norm: .resnet, isDepthwise: false), input: x.shape)
    }
  }
}
