import Engine

/// The small detector: `CompactBackbone`, `PathAggregationNeck`, a depthwise `DecoupledHead`.
package struct CompactDetector: Sendable {
  let classCount: Int
  private let channels = 96

  /// Makes the detector.
  package init(classCount: Int) {
    self.classCount = classCount
  }

  /// Appends the detector to an input of n, h, w, 3; one output a stride.
  package func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    let features = CompactBackbone()(x, scope["backbone"])
    let pyramid = PathAggregationNeck(channels, style: .compact)(features, scope["neck"])
    let head = DecoupledHead(
      classCount: classCount, channels: channels, style: .compact, depthwise: true,
      imageSize: x.shape.h)
    return head(pyramid, scope["head"])
  }
}
