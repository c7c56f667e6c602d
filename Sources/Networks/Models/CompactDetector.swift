import Engine

extension ModelSpec {
  /// 1.0 M parameters and 1.3 GFLOP at 416.
  package static let compact = ModelSpec(
    name: "compact",
    summary: "depthwise backbone, path aggregation neck; made to train from scratch on a CPU",
    defaultSize: 416, preprocessing: .unit, head: .detection(DecoupledHead.outputs)
  ) { CompactDetector(classCount: $1)($0, $2) }
}

/// The small detector: `CompactBackbone`, `PathAggregationNeck`, a depthwise `DecoupledHead`.
struct CompactDetector {
  let classCount: Int
  private let channels = 96

  init(classCount: Int) { self.classCount = classCount }

  /// Input n, h, w, 3; one output per stride.
  func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    let features = CompactBackbone()(x, scope["backbone"])
    let pyramid = PathAggregationNeck(channels, style: .compact)(features, scope["neck"])
    let head = DecoupledHead(
      classCount: classCount, channels: channels, style: .compact, depthwise: true,
      imageSize: x.shape.h)
    return head(pyramid, scope["head"])
  }
}
