/// Precision at each recall point, and the final recall, for every IoU threshold, class, area range
/// and detection limit. All of COCO's metrics are means over these arrays.
///
/// -1 marks a class without ground truth in an area range. The layout is the reference's
/// `COCOeval.eval`: row-major `[iou][recall][class][area][limit]`, recall without the second axis.
package struct PrecisionRecallCurves: Hashable, Sendable {
  package let parameters: EvaluationParameters
  package let classCount: Int
  /// The precision envelope at each recall point, 0...1, or -1.
  package internal(set) var precision: [Double]
  /// The recall after all detections, 0...1, or -1.
  package internal(set) var recall: [Double]
  /// The area under the envelope, 0...1, or -1; laid out as `recall`. Empty unless AP is averaged at
  /// every recall.
  package internal(set) var area: [Double]
  /// The score of the detection that reaches each recall point, 0 where none does, or -1; laid out as
  /// `precision`. Empty unless it was asked for.
  package internal(set) var scores: [Double] = []

  init(parameters: EvaluationParameters, classCount: Int) {
    self.parameters = parameters
    self.classCount = classCount
    let ends =
      parameters.iouThresholds.count * classCount * parameters.areaRanges.count
      * parameters.detectionLimits.count
    precision = [Double](repeating: -1, count: ends * parameters.recallThresholds.count)
    recall = [Double](repeating: -1, count: ends)
    area = parameters.recallPoints == .every ? recall : []
  }

  /// The index of a value in `precision`.
  package func index(
    iou: Int, recallPoint: Int, classIndex: Int, area: Int, limit: Int
  ) -> Int {
    recallIndex(
      iou: iou * parameters.recallThresholds.count + recallPoint, classIndex: classIndex,
      area: area, limit: limit)
  }

  /// The index of a value in `recall`.
  package func recallIndex(iou: Int, classIndex: Int, area: Int, limit: Int) -> Int {
    ((iou * classCount + classIndex) * parameters.areaRanges.count + area)
      * parameters.detectionLimits.count + limit
  }

  /// The mean precision over thresholds and classes; -1 if none of the classes has ground truth.
  package func meanPrecision(
    ious: Range<Int>, classes: some Collection<Int>, area: Int, limit: Int
  ) -> Double {
    if parameters.recallPoints == .every {
      return mean(of: self.area, rows: ious, classes: classes, area: area, limit: limit)
    }
    let points = parameters.recallThresholds.count
    let rows = ious.lowerBound * points..<ious.upperBound * points
    return mean(of: precision, rows: rows, classes: classes, area: area, limit: limit)
  }

  /// The mean recall over thresholds, by default all, and classes; -1 if none of them has ground
  /// truth.
  func meanRecall(
    ious: Range<Int>? = nil, classes: some Collection<Int>, area: Int, limit: Int
  ) -> Double {
    mean(
      of: recall, rows: ious ?? parameters.iouThresholds.indices, classes: classes, area: area,
      limit: limit)
  }

  private func mean(
    of values: [Double], rows: Range<Int>, classes: some Collection<Int>, area: Int, limit: Int
  ) -> Double {
    var known: [Double] = []
    for row in rows {
      for classIndex in classes {
        let place = recallIndex(iou: row, classIndex: classIndex, area: area, limit: limit)
        if values[place] > -1 { known.append(values[place]) }
      }
    }
    return meanOrMissing(known[...])
  }
}

/// The mean in numpy's summation order; -1 without values.
func meanOrMissing(_ values: ArraySlice<Double>) -> Double {
  values.isEmpty ? -1 : pairwiseSum(values) / Double(values.count)
}

/// The sum in numpy's summation order, so that means equal pycocotools' bit for bit.
///
/// Pairwise summation down to blocks of 128, each with eight running sums.
/// Source: `pairwise_sum` of numpy's loops_utils.
func pairwiseSum(_ values: ArraySlice<Double>) -> Double {
  let count = values.count
  let start = values.startIndex
  if count < 8 { return values.reduce(0, +) }
  if count <= 128 {
    var sums = Array(values.prefix(8))
    let whole = count - count % 8
    for offset in stride(from: 8, to: whole, by: 8) {
      for lane in 0..<8 { sums[lane] += values[start + offset + lane] }
    }
    let left = (sums[0] + sums[1]) + (sums[2] + sums[3])
    let right = (sums[4] + sums[5]) + (sums[6] + sums[7])
    return values[(start + whole)...].reduce(left + right, +)
  }
  let half = count / 2 - (count / 2) % 8
  return pairwiseSum(values[..<(start + half)]) + pairwiseSum(values[(start + half)...])
}

extension [Double] {
  /// Replaces each precision by the maximum of itself and all later ones: the precision envelope.
  mutating func makeEnvelope() {
    for place in stride(from: count - 1, to: 0, by: -1) where self[place] > self[place - 1] {
      self[place - 1] = self[place]
    }
  }
}
