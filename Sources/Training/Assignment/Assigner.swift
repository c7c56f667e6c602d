import Imaging

/// A cell that is to predict an object.
struct Assignment: Hashable {
  /// Where the prediction is made.
  var anchorPoint: AnchorPoint
  /// The object, an index into the image's annotations.
  var groundTruth: Int
  /// The score, 0...1, that the ground truth's class should get; all other classes should get 0.
  var target: Double
  /// How much its box loss counts.
  var weight: Double
}

/// The rules by which cells are made responsible for objects, anew in every step.
package enum Assigner: String, CaseIterable, Hashable, Sendable {
  /// Task-aligned learning (Feng et al., TOOD, ICCV 2021), as YOLOv8 uses it.
  case taskAligned = "tal"
  /// Simplified optimal transport (Ge et al., YOLOX, 2021).
  case simOTA = "simota"

  /// The matches of one image, in the order of their cells, at most one a cell.
  ///
  /// Crowds, and boxes that are not finite or have no area, are nobody's target.
  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    switch self {
    case .taskAligned: TaskAlignedAssigner().assign(predictions, groundTruths: groundTruths)
    case .simOTA: SimOTAAssigner().assign(predictions, groundTruths: groundTruths)
    }
  }
}

extension Annotation {
  /// True where cells may be trained to find it.
  var isTarget: Bool {
    !isCrowd && box.x1.isFinite && box.y1.isFinite && box.x2.isFinite && box.y2.isFinite
      && box.width > 0 && box.height > 0
  }
}

/// A ground-truth object's wish to have a cell.
struct AssignmentCandidate {
  var anchorPoint: AnchorPoint
  var groundTruth: Int
  /// What a ground-truth object's claims are ranked by: more is better.
  var rank: Double
  /// What rival claims to a cell are settled by, and targets are made from.
  var overlap: Double

  /// Leaves each cell to the claim that is best by `order`, then to the earlier ground truth.
  static func settle(_ claims: [AssignmentCandidate], by order: (AssignmentCandidate) -> Double)
    -> [AssignmentCandidate]
  {
    let sorted = claims.sorted { left, right in
      if left.anchorPoint != right.anchorPoint { return left.anchorPoint < right.anchorPoint }
      let (first, second) = (order(left), order(right))
      return first != second ? first > second : left.groundTruth < right.groundTruth
    }
    var kept: [AssignmentCandidate] = []
    for claim in sorted where kept.last?.anchorPoint != claim.anchorPoint { kept.append(claim) }
    return kept
  }
}

/// The few claims of highest rank; among equals, those that came first.
struct BestCandidates {
  private(set) var claims: [AssignmentCandidate] = []
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
    claims.reserveCapacity(limit + 1)
  }

  /// What a claim's rank must exceed to be taken.
  var threshold: Double {
    claims.count < limit ? -.infinity : claims[limit - 1].rank
  }

  mutating func insert(_ claim: AssignmentCandidate) {
    // While there is room even what is not a number is taken, so that the loss shows it.
    guard claims.count < limit || claim.rank > threshold else { return }
    var place = claims.count
    while place > 0, claims[place - 1].rank < claim.rank { place -= 1 }
    claims.insert(claim, at: place)
    if claims.count > limit { claims.removeLast() }
  }
}
