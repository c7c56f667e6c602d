/// Greedy non-maximum suppression (NMS): of detections that overlap, the highest-scoring is kept.
///
/// The semantics of torchvision's `ops.nms` and `ops.batched_nms`: detections are visited in order
/// of descending score (ties in the given order), and one is dropped if its IoU with a kept one
/// exceeds the threshold.
package enum NonMaximumSuppression {
  /// The detections that are kept, by descending score.
  ///
  /// There is no time limit. Besides overlapping detections and those beyond `maximumDetections`,
  /// only detections with a NaN score or a coordinate that is not finite are dropped.
  ///
  /// - Parameters:
  ///   - iouThreshold: The maximum overlap of two kept detections, 0...1.
  ///   - byDistance: Whether the overlap is the IoU reduced by the distance of the centers,
  ///     `Box.diou(_:)` (DIoU-NMS), which keeps more of close objects; otherwise it is the IoU.
  ///   - classAgnostic: Whether detections of different classes suppress each other too.
  package static func suppress(
    _ detections: [Detection], iouThreshold: Double, byDistance: Bool = false,
    classAgnostic: Bool = false, maximumDetections: Int = .max
  ) -> [Detection] {
    precondition(iouThreshold >= 0, "an IoU threshold is 0 or more, not \(iouThreshold)")
    precondition(maximumDetections >= 0, "\(maximumDetections) detections cannot be kept")
    let order = ScoreOrder.descending(detections)
    // The highest-scoring candidates decide about the first detections; mostly those are enough.
    var visited = 8 * max(min(maximumDetections, order.count), 16)
    while true {
      let visible = Array(order.prefix(visited))
      let kept = suppress(
        detections, visible, iouThreshold: iouThreshold, byDistance: byDistance,
        classAgnostic: classAgnostic)
      if visited >= order.count || kept.count >= maximumDetections {
        return kept.prefix(maximumDetections).map { detections[Int($0)] }
      }
      visited *= 4
    }
  }

  /// The indices of the detections that are kept, of some in descending order of scores.
  private static func suppress(
    _ detections: [Detection], _ order: [Int32], iouThreshold: Double, byDistance: Bool,
    classAgnostic: Bool
  ) -> [Int32] {
    let classes = ClassGroups(detections, order: order, areJoined: classAgnostic)
    var isKept = [Bool](repeating: false, count: order.count)
    var boxes = KeptBoxes(capacity: classes.largest, threshold: iouThreshold)
    defer { boxes.deallocate() }
    classes.forEach { group, ranks in
      boxes.select(group, byDistance: byDistance) { isKept[Int(ranks[$0])] = true }
    }
    return zip(order, isKept).lazy.filter(\.1).map(\.0)
  }
}

/// The boxes of detections, class by class, in each by descending score.
private struct ClassGroups {
  private var boxes: [Box]
  /// The rank of each box among all detections.
  private var ranks: [Int32]
  /// The end of each class.
  private var ends: [Int]

  /// - Parameters:
  ///   - order: The indices of the detections to group, by descending score.
  ///   - areJoined: Whether all detections are one group.
  init(_ detections: [Detection], order: [Int32], areJoined: Bool) {
    let indices = areJoined ? [] : order.map { detections[Int($0)].classIndex }
    let lowest = indices.min() ?? 0
    // A table of the classes: their indices are those of a list of names.
    ends = [Int](repeating: 0, count: (indices.max() ?? 0) - lowest + 2)
    for index in indices { ends[index - lowest + 1] += 1 }
    for group in 1..<ends.count { ends[group] += ends[group - 1] }
    boxes = [Box](repeating: Box(x1: 0, y1: 0, x2: 0, y2: 0), count: order.count)
    ranks = [Int32](repeating: 0, count: order.count)
    for (rank, index) in order.enumerated() {
      let group = areJoined ? 0 : indices[rank] - lowest
      boxes[ends[group]] = detections[Int(index)].box
      ranks[ends[group]] = Int32(rank)
      ends[group] += 1
    }
    ends.removeLast()
  }

  /// The number of boxes of the largest class.
  var largest: Int { zip(ends, [0] + ends).map { $0 - $1 }.max() ?? 0 }

  /// Calls a function with the boxes of each class and their ranks.
  func forEach(_ body: (UnsafeBufferPointer<Box>, UnsafeBufferPointer<Int32>) -> Void) {
    boxes.withUnsafeBufferPointer { boxes in
      ranks.withUnsafeBufferPointer { ranks in
        for (start, end) in zip([0] + ends, ends) where end > start {
          body(.init(rebasing: boxes[start..<end]), .init(rebasing: ranks[start..<end]))
        }
      }
    }
  }
}
