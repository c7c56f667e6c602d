/// COCO's average precision and recall of boxes: match, accumulate, summarize.
///
/// Source: pycocotools' cocoeval.py and `bbIou` in maskApi.c, whose numbers it equals.
public enum DetectionMetric {
  /// Scores findings against truths.
  ///
  /// - Parameters:
  ///   - images: Every picture of the data set, those without truths or findings too. The
  ///     reference takes them by ascending id, which settles ties of scores between pictures.
  ///   - classNames: The classes; `classIndex` of truths and findings counts into them.
  /// - Throws: `EvaluationError` for a class index that is not in the list, and for a coordinate,
  ///   area or score that is no finite number.
  public static func evaluate(
    _ images: [ScoredImage], classNames: [String]
  ) throws(EvaluationError) -> DetectionReport {
    try check(images, classCount: classNames.count)
    let parameters = EvaluationParameters.coco
    var outcomes = [ClassOutcome](
      repeating: ClassOutcome(truthCounts: parameters.areaRanges.map { _ in 0 }),
      count: classNames.count)
    var counts = [(truths: Int, findings: Int)](repeating: (0, 0), count: classNames.count)
    for image in images {
      for group in ImageGroup.groups(of: image) {
        counts[group.classIndex].truths += group.truths.reduce(0) {
          $0 + (image.truths[$1].isCrowd || image.truths[$1].isIgnored ? 0 : 1)
        }
        counts[group.classIndex].findings += group.findings.count
        let kept = Array(group.findings.prefix(parameters.largestLimit))
        outcomes[group.classIndex].append(
          cell(of: image, truths: group.truths, findings: kept),
          scores: kept.map { image.findings[$0].score }, parameters: parameters)
      }
    }
    var curves = PrecisionRecallCurves(parameters: parameters, classCount: classNames.count)
    for (classIndex, outcome) in outcomes.enumerated() {
      curves.accumulate(outcome, classIndex: classIndex)
    }
    return DetectionReport(
      curves: curves, classNames: classNames, counts: counts, imageCount: images.count)
  }

  /// The part of an image that matching looks at, with box overlaps.
  private static func cell(
    of image: ScoredImage, truths: [Int], findings: [Int]
  ) -> MatchingCell {
    MatchingCell(
      truths: truths.map {
        let truth = image.truths[$0]
        return MatchingCell.Truth(
          area: truth.area, isCrowd: truth.isCrowd, isIgnored: truth.isCrowd || truth.isIgnored)
      },
      findingAreas: findings.map { image.findings[$0].area },
      overlaps: OverlapMatrix(findingCount: findings.count, truthCount: truths.count) {
        image.findings[findings[$0]].overlap(with: image.truths[truths[$1]])
      })
  }

  /// Refuses what would be counted wrongly or crash further on.
  private static func check(
    _ images: [ScoredImage], classCount: Int
  ) throws(EvaluationError) {
    func fail(_ what: String, _ image: ScoredImage, _ problem: String) -> EvaluationError {
      EvaluationError("\(what) of image \(image.name) cannot be scored: \(problem).")
    }
    func classProblem(_ classIndex: Int) -> String? {
      (0..<classCount).contains(classIndex)
        ? nil : "its class index is \(classIndex), but there are \(classCount) classes"
    }
    func valueProblem(_ values: [Double]) -> String? {
      values.first { !$0.isFinite }.map { "it holds \($0) where a finite number is expected" }
    }
    for image in images {
      for (index, truth) in image.truths.enumerated() {
        let values = [truth.x, truth.y, truth.width, truth.height, truth.area]
        if let problem = classProblem(truth.classIndex) ?? valueProblem(values) {
          throw fail("truth \(index)", image, problem)
        }
      }
      for (index, finding) in image.findings.enumerated() {
        let values = [finding.x, finding.y, finding.width, finding.height, finding.score]
        if let problem = classProblem(finding.classIndex) ?? valueProblem(values) {
          throw fail("finding \(index)", image, problem)
        }
      }
    }
  }
}

/// The truths and findings of one image that share a class, as indices into the image's lists.
private struct ImageGroup {
  var classIndex: Int
  /// In the order of the file.
  var truths: [Int] = []
  /// The surest first; of equal scores, the earlier one first.
  var findings: [Int] = []

  /// Splits an image by class; classes that do not occur in it are left out.
  static func groups(of image: ScoredImage) -> [ImageGroup] {
    var places: [Int: Int] = [:]
    var groups: [ImageGroup] = []
    func place(of classIndex: Int) -> Int {
      if let known = places[classIndex] { return known }
      groups.append(ImageGroup(classIndex: classIndex))
      places[classIndex] = groups.count - 1
      return groups.count - 1
    }
    for (index, truth) in image.truths.enumerated() {
      groups[place(of: truth.classIndex)].truths.append(index)
    }
    let order = image.findings.indices.sorted {
      let (a, b) = (image.findings[$0].score, image.findings[$1].score)
      return a != b ? a > b : $0 < $1
    }
    for index in order {
      groups[place(of: image.findings[index].classIndex)].findings.append(index)
    }
    return groups
  }
}

extension ClassOutcome {
  /// Matches one image's findings in every area range and appends what became of them.
  fileprivate mutating func append(
    _ cell: MatchingCell, scores: [Double], parameters: EvaluationParameters
  ) {
    let areaCount = parameters.areaRanges.count
    let first = matched.count
    for (rank, score) in scores.enumerated() {
      entries.append(Entry(score: score, rank: rank, masks: first + rank * areaCount))
    }
    matched += [UInt16](repeating: 0, count: scores.count * areaCount)
    ignored += [UInt16](repeating: 0, count: scores.count * areaCount)
    for (area, range) in parameters.areaRanges.enumerated() {
      let outcome = match(cell, area: range, iouThresholds: parameters.iouThresholds)
      truthCounts[area] += outcome.truthCount
      for rank in scores.indices {
        matched[first + rank * areaCount + area] = outcome.matched[rank]
        ignored[first + rank * areaCount + area] = outcome.ignored[rank]
      }
    }
  }
}
