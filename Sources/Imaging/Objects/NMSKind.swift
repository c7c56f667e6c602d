import Basics

/// How overlapping detections of one object are reduced to one.
public enum NMSKind: String, Hashable, Sendable, CaseIterable {
  /// Greedy NMS: the highest-scoring one is kept.
  case hard
  /// Soft-NMS: scores decay with the overlap.
  case soft
  /// DIoU-NMS: greedy, with the IoU reduced by the distance of the centers.
  case diou
  /// Weighted box fusion: boxes are averaged.
  case wbf
  /// Blending: the mean of the boxes that overlap the highest-scoring one.
  case blend
}

extension NMSKind: OptionWord {}

extension NMSKind {
  /// Reduces the detections of several networks or views of one image; by descending score.
  ///
  /// Weighted box fusion first fuses the detections of each list, where the highest score counts, and
  /// then the lists, where the mean counts; the others take all lists as one.
  ///
  /// - Parameters:
  ///   - iouThreshold: The IoU above which two detections are of one object; not of soft-NMS.
  ///   - minimumScore: Detections whose score becomes less are dropped.
  ///   - classAgnostic: Whether detections of different classes may be of one object.
  package func reduce(
    _ lists: [[Detection]], iouThreshold: Double, minimumScore: Float, classAgnostic: Bool,
    maximumDetections: Int
  ) -> [Detection] {
    switch self {
    case .hard, .diou:
      return NonMaximumSuppression.suppress(
        lists.count == 1 ? lists[0] : lists.flatMap { $0 }, iouThreshold: iouThreshold,
        byDistance: self == .diou, classAgnostic: classAgnostic,
        maximumDetections: maximumDetections)
    case .soft:
      return SoftNMS.suppress(
        lists.flatMap { $0 }, minimumScore: minimumScore, classAgnostic: classAgnostic,
        maximumDetections: maximumDetections)
    case .blend:
      return Array(
        BlendedNMS.blend(
          lists.flatMap { $0 }, iouThreshold: iouThreshold, classAgnostic: classAgnostic
        ).prefix(maximumDetections))
    case .wbf:
      let fused = lists.map {
        WeightedBoxFusion.fuse(
          [$0], iouThreshold: iouThreshold, score: .highest, classAgnostic: classAgnostic)
      }
      let all =
        fused.count == 1
        ? fused[0]
        : WeightedBoxFusion.fuse(
          fused, iouThreshold: iouThreshold, score: .mean, classAgnostic: classAgnostic)
      return Array(all.prefix { $0.score >= minimumScore }.prefix(maximumDetections))
    }
  }
}
