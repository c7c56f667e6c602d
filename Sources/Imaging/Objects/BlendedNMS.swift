/// Non-maximum suppression that averages (V. Bazarevsky et al. 2019, "BlazeFace", section 3.4): the
/// highest-scoring box and all that overlap it become their mean, weighted by score; the score is
/// their mean score.
package enum BlendedNMS {
  /// The blended detections, in the order of the highest score of each group.
  package static func blend(
    _ detections: [Detection], iouThreshold: Double, classAgnostic: Bool = false
  ) -> [Detection] {
    var rest = ScoreOrder.descending(detections).map { detections[Int($0)] }
    var result: [Detection] = []
    while let best = rest.first {
      func isOfGroup(_ detection: Detection) -> Bool {
        (classAgnostic || detection.classIndex == best.classIndex)
          && (detection == best || best.box.iou(detection.box) > iouThreshold)
      }
      let group = rest.filter(isOfGroup)
      rest.removeAll(where: isOfGroup)
      result.append(mean(of: group, best))
    }
    return result
  }

  private static func mean(of group: [Detection], _ best: Detection) -> Detection {
    var (sums, total) = (SIMD4<Double>.zero, 0.0)
    for detection in group {
      let (box, score) = (detection.box, Double(detection.score))
      sums += SIMD4(box.x1, box.y1, box.x2, box.y2) * score
      total += score
    }
    guard group.count > 1, total > 0 else { return best }
    let box = sums / total
    return Detection(
      box: Box(x1: box.x, y1: box.y, x2: box.z, y2: box.w), classIndex: best.classIndex,
      score: Float(total / Double(group.count)))
  }
}
