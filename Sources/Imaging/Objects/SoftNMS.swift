import Foundation

/// Soft non-maximum suppression with a Gaussian (N. Bodla et al., Soft-NMS, ICCV 2017, equation 2): overlapping
/// detections are not dropped, but their scores decay with each kept one by exp(-IoU² / sigma).
package enum SoftNMS {
  /// The paper's value.
  package static let sigma = 0.5

  /// The detections by descending score, with decayed scores.
  ///
  /// The time is proportional to the number of detections times the number of those that are kept.
  ///
  /// - Parameters:
  ///   - minimumScore: Detections whose score decays below it are dropped.
  ///   - classAgnostic: Whether detections of different classes reduce each other's scores too.
  package static func suppress(
    _ detections: [Detection], minimumScore: Float, classAgnostic: Bool = false,
    maximumDetections: Int = .max
  ) -> [Detection] {
    var rest = ScoreOrder.descending(detections).map { index in
      Candidate(detection: detections[Int(index)])
    }.filter { $0.score >= Double(minimumScore) }
    var kept: [Detection] = []
    // The place of the highest score; the first of equal ones.
    var best = 0
    while !rest.isEmpty, kept.count < maximumDetections {
      var chosen = rest[best]
      chosen.detection.score = Float(chosen.score)
      kept.append(chosen.detection)
      (rest, best) = decayed(rest, by: best, minimumScore, classAgnostic)
    }
    return kept
  }

  private struct Candidate {
    var detection: Detection
    var score: Double

    init(detection: Detection) {
      self.detection = detection
      score = Double(detection.score)
    }
  }

  /// The others of a list in their order, with their scores after one was chosen, and the place of the
  /// highest score.
  private static func decayed(
    _ list: [Candidate], by chosen: Int, _ minimumScore: Float, _ classAgnostic: Bool
  ) -> ([Candidate], best: Int) {
    let detection = list[chosen].detection
    var rest: [Candidate] = []
    rest.reserveCapacity(list.count)
    var best = 0
    for (place, candidate) in list.enumerated() where place != chosen {
      var candidate = candidate
      if classAgnostic || candidate.detection.classIndex == detection.classIndex {
        let iou = candidate.detection.box.iou(detection.box)
        if iou > 0 { candidate.score *= exp(-iou * iou / sigma) }
        guard candidate.score >= Double(minimumScore) else { continue }
      }
      if !rest.isEmpty, candidate.score > rest[best].score { best = rest.count }
      rest.append(candidate)
    }
    return (rest, best)
  }
}
