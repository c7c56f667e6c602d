/// The overlaps between the findings and the truths of one image and class.
///
/// Matching reads nothing but this, the areas and the flags: boxes fill it here, masks can fill it
/// the same way.
struct OverlapMatrix {
  /// Rows: findings, the surest first.
  let findingCount: Int
  /// Columns: truths, in the order of the file.
  let truthCount: Int
  /// `findingCount * truthCount` overlaps, 0...1, row by row.
  private(set) var values: [Double]

  /// Fills the matrix by asking for the overlap of each finding with each truth.
  init(findingCount: Int, truthCount: Int, overlap: (_ finding: Int, _ truth: Int) -> Double) {
    self.findingCount = findingCount
    self.truthCount = truthCount
    values = []
    values.reserveCapacity(findingCount * truthCount)
    for finding in 0..<findingCount {
      for truth in 0..<truthCount { values.append(overlap(finding, truth)) }
    }
  }
}

extension Finding {
  /// Intersection over union with a truth; over the finding's own area where the truth is a crowd.
  ///
  /// The operations and their order are those of `bbIou` in cocoapi's maskApi.c, so that results
  /// agree to the last bit. Boxes that do not meet, and those without extent, overlap by 0.
  func overlap(with truth: GroundTruth) -> Double {
    let sharedWidth = min(x + width, truth.x + truth.width) - max(x, truth.x)
    if !(sharedWidth > 0) { return 0 }
    let sharedHeight = min(y + height, truth.y + truth.height) - max(y, truth.y)
    if !(sharedHeight > 0) { return 0 }
    let shared = sharedWidth * sharedHeight
    let whole = truth.isCrowd ? area : area + truth.width * truth.height - shared
    return shared / whole
  }
}
