import Imaging

/// An anchor point that is trained to predict an object.
struct Assignment: Hashable {
  /// The anchor point.
  var anchorPoint: AnchorPoint
  /// The object, an index into the image's annotations.
  var groundTruth: Int
  /// The target score of the object's class, 0...1; that of all other classes is 0.
  var target: Double
  /// The weight of its box loss.
  var weight: Double
}

/// Label assignment: the rule that assigns objects to anchor points in every step.
public enum Assigner: String, CaseIterable, Codable, Hashable, Sendable {
  /// Task-aligned learning (Feng et al., TOOD, ICCV 2021), as YOLOv8 uses it.
  case taskAligned = "tal"
  /// Simplified optimal transport (Ge et al., YOLOX, 2021).
  case simOTA = "simota"

  /// The assignments of one image, in the order of their anchor points, at most one each.
  ///
  /// Crowds, and boxes that are not finite or have no area, are never targets.
  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    switch self {
    case .taskAligned: TaskAlignedAssigner().assign(predictions, groundTruths: groundTruths)
    case .simOTA: SimOTAAssigner().assign(predictions, groundTruths: groundTruths)
    }
  }
}

extension Annotation {
  /// Whether the object may be a target.
  var isTarget: Bool {
    !isCrowd && box.isFinite && box.width > 0 && box.height > 0
  }
}

/// A candidate assignment of an object to an anchor point.
struct AssignmentCandidate {
  var anchorPoint: AnchorPoint
  var groundTruth: Int
  /// Each object keeps its candidates of highest rank.
  var rank: Double
  /// The IoU or CIoU, from which the target score is computed.
  var overlap: Double

  /// The candidates of all objects, with conflicts resolved: each anchor point keeps the candidate
  /// with the highest `order`; on ties, that of the first object.
  static func resolve(
    _ groundTruths: [Annotation], by order: (AssignmentCandidate) -> Double,
    _ candidates: (_ groundTruth: Annotation, _ index: Int) -> [AssignmentCandidate]
  ) -> [AssignmentCandidate] {
    let targets = groundTruths.indices.filter { groundTruths[$0].isTarget }
    func key(_ candidate: AssignmentCandidate) -> (Int, Int, Double, Int) {
      let anchorPoint = candidate.anchorPoint
      return (anchorPoint.level, anchorPoint.index, -order(candidate), candidate.groundTruth)
    }
    let sorted = targets.flatMap { candidates(groundTruths[$0], $0) }.sorted { key($0) < key($1) }
    var kept: [AssignmentCandidate] = []
    for candidate in sorted where kept.last?.anchorPoint != candidate.anchorPoint {
      kept.append(candidate)
    }
    return kept
  }
}

/// The `limit` candidates of highest rank; on ties, those inserted first.
struct BestCandidates {
  private(set) var candidates: [AssignmentCandidate] = []
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
    candidates.reserveCapacity(limit + 1)
  }

  /// The rank that a candidate must exceed to be inserted.
  var threshold: Double {
    candidates.count < limit ? -.infinity : candidates[limit - 1].rank
  }

  mutating func insert(_ candidate: AssignmentCandidate) {
    // Below the limit even NaN is inserted, so that the loss becomes NaN.
    guard candidates.count < limit || candidate.rank > threshold else { return }
    var place = candidates.count
    while place > 0, candidates[place - 1].rank < candidate.rank { place -= 1 }
    candidates.insert(candidate, at: place)
    if candidates.count > limit { candidates.removeLast() }
  }
}
