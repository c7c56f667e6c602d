/// Weighted box fusion (R. Solovyev et al., Image and Vision Computing 2021): overlapping boxes are
/// replaced by their average, weighted by their scores.
///
/// The rules of the authors' package `ensemble-boxes`: boxes are visited by descending score, and each
/// joins the cluster whose average it overlaps most, if that IoU exceeds the threshold.
package enum WeightedBoxFusion {
  /// The score of a fused box.
  package enum Score {
    /// The mean of its boxes, times min(boxes, lists) / lists: boxes that few lists have lose
    /// (`conf_type` "avg").
    case mean
    /// The highest of its boxes (`conf_type` "max").
    case highest
  }

  /// The fused boxes by descending score.
  ///
  /// - Parameters:
  ///   - lists: The detections of each network or view of an image.
  ///   - classAgnostic: Whether boxes of different classes are fused too; the class is that of the
  ///     highest-scoring one.
  package static func fuse(
    _ lists: [[Detection]], iouThreshold: Double, score: Score, classAgnostic: Bool = false
  ) -> [Detection] {
    let all = lists.flatMap { $0 }
    var clusters: [Int: [Cluster]] = [:]
    for index in ScoreOrder.descending(all) {
      let detection = all[Int(index)]
      add(
        detection, to: &clusters[classAgnostic ? 0 : detection.classIndex, default: []],
        iouThreshold)
    }
    // Equal scores are in an order that does not depend on the dictionary's.
    let fused = clusters.sorted { $0.key < $1.key }.flatMap(\.value).map {
      $0.detection(score, lists: lists.count)
    }
    return ScoreOrder.descending(fused).map { fused[Int($0)] }
  }

  private static func add(
    _ detection: Detection, to clusters: inout [Cluster], _ iouThreshold: Double
  ) {
    var best: Int?
    var highest = iouThreshold
    for (place, cluster) in clusters.enumerated() {
      let iou = cluster.box.iou(detection.box)
      if iou > highest { (best, highest) = (place, iou) }
    }
    if let best {
      clusters[best].add(detection)
    } else {
      clusters.append(Cluster(detection))
    }
  }

  private struct Cluster {
    private let first: Detection
    private var count = 0
    private var scores = 0.0
    /// The corners times the scores.
    private var sums = SIMD4<Double>.zero
    /// The weighted average.
    private(set) var box: Box

    init(_ first: Detection) {
      self.first = first
      box = first.box
      add(first)
    }

    mutating func add(_ detection: Detection) {
      let (other, score) = (detection.box, Double(detection.score))
      count += 1
      scores += score
      sums += SIMD4(other.x1, other.y1, other.x2, other.y2) * score
      // A single box, and boxes of score 0, stay as they are.
      guard count > 1, scores > 0 else { return }
      let mean = sums / scores
      box = Box(x1: mean.x, y1: mean.y, x2: mean.z, y2: mean.w)
    }

    func detection(_ score: Score, lists: Int) -> Detection {
      let mean = scores / Double(count) * Double(min(count, lists)) / Double(lists)
      return Detection(
        box: box, classIndex: first.classIndex,
        score: score == .mean ? Float(mean) : first.score)
    }
  }
}
