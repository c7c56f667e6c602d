import Basics
import Imaging

/// Average precision as defined by the Pascal VOC challenge, at IoU 0.5 unless stated otherwise.
///
/// Unlike COCO, a detection is compared only with the ground-truth object of the highest IoU (the
/// first one on ties), even if it is already matched: a second detection of it is a false positive.
/// A detection of a difficult object is ignored. The number of detections is not limited. Crowds,
/// which VOC does not have, are treated as difficult.
///
/// VOC's inclusive corners give the same IoU as the half-open ones here. An IoU of exactly the
/// threshold is a match, as in VOC's own code; some ports require more. Source: VOCevaldet.m and VOCap.m of the
/// VOC 2012 development kit; for 2007, VOCevaldet.m of the VOC 2007 development kit.
package struct PascalMetric: Hashable, Sendable {
  /// The average precision of one class: fractions 0...1, or -1 without ground truth.
  package struct ClassEntry: Hashable, Sendable {
    /// The number of ground-truth objects, without difficult ones.
    package let groundTruthCount: Int
    /// VOC 2007: the mean of the envelope at recall 0, 0.1 ... 1.
    package let ap2007: Double
    /// VOC 2010 and later: the area under the envelope.
    package let ap2010: Double
  }

  package let classes: [ClassEntry]
  /// Means over classes with ground truth; -1 if there are none.
  package let meanAP2007: Double
  package let meanAP2010: Double

  package init(
    _ table: EvaluationTable, iou: Double = 0.5, overlap: PairwiseIoU = .boxes,
    tasks: any ParallelExecutor = .serial
  ) {
    classes = tasks.map(table.classNames.count) { classIndex in
      Self.entry(table, classIndex: classIndex, iou: iou, overlap: overlap)
    }
    func mean(_ values: [Double]) -> Double {
      let known = values.filter { $0 >= 0 }
      return known.isEmpty ? -1 : known.reduce(0, +) / Double(known.count)
    }
    meanAP2007 = mean(classes.map(\.ap2007))
    meanAP2010 = mean(classes.map(\.ap2010))
  }

  /// The detections of one class by descending score, each with the ground-truth object with the
  /// highest IoU; nil below the threshold.
  private static func ranked(
    _ table: EvaluationTable, classIndex: Int, iou: Double, overlap: PairwiseIoU
  ) -> [(score: Double, row: Int, groundTruth: Int?)] {
    var entries: [(score: Double, row: Int, groundTruth: Int?)] = []
    var overlaps: [Double] = []
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      let places = pair.detections.count * pair.groundTruths.count
      if overlaps.count < places { overlaps = [Double](repeating: 0, count: places) }
      if places > 0 { overlap.fill(table, pair, pair.detections.count, &overlaps) }
      for (place, row) in pair.detections.enumerated() {
        var best = iou
        var groundTruth: Int?
        for candidate in 0..<pair.groundTruths.count {
          let value = overlaps[place * pair.groundTruths.count + candidate]
          // The first one may equal the threshold; later ones must exceed it.
          if value > best || groundTruth == nil && value == best {
            best = value
            groundTruth = pair.groundTruths.lowerBound + candidate
          }
        }
        entries.append((table.detections.scores[row], row, groundTruth))
      }
    }
    // Ties by row: the order of a stable sort.
    return entries.sorted { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
  }

  private static func entry(
    _ table: EvaluationTable, classIndex: Int, iou: Double, overlap: PairwiseIoU
  ) -> ClassEntry {
    let traits = table.groundTruths.traits
    let groundTruthCount = table.pairs(ofClass: classIndex).reduce(0) { count, number in
      count + table.pairs[Int(number)].groundTruths.count { traits[$0].isCounted }
    }
    guard groundTruthCount > 0 else {
      return ClassEntry(groundTruthCount: 0, ap2007: -1, ap2010: -1)
    }
    var taken: Set<Int> = []
    var recalls: [Double] = []
    var precisions: [Double] = []
    var (truePositives, counted) = (0, 0)
    for entry in ranked(table, classIndex: classIndex, iou: iou, overlap: overlap) {
      if let groundTruth = entry.groundTruth {
        if !traits[groundTruth].isCounted { continue }
        if taken.insert(groundTruth).inserted { truePositives += 1 }
      }
      counted += 1
      recalls.append(Double(truePositives) / Double(groundTruthCount))
      precisions.append(Double(truePositives) / Double(counted))
    }
    precisions.makeEnvelope()
    var area = 0.0
    var before = 0.0
    for (recall, precision) in zip(recalls, precisions) {
      area += (recall - before) * precision
      before = recall
    }
    var sum = 0.0
    for point in 0...10 {
      let reached = recalls.firstIndex { $0 >= Double(point) * 0.1 }
      sum += (reached.map { precisions[$0] } ?? 0) / 11
    }
    return ClassEntry(groundTruthCount: groundTruthCount, ap2007: sum, ap2010: area)
  }
}

extension AdditionalMetric {
  /// At IoU 0.5, or at each IoU threshold that was chosen.
  static let voc = AdditionalMetric(name: "voc", summary: "Pascal VOC's AP") { result, tasks in
    let chosen = result.parameters.iouThresholds
    let ious = chosen == EvaluationParameters.cocoThresholds ? [0.5] : chosen
    let metrics = ious.map {
      PascalMetric(result.table, iou: $0, overlap: result.overlap, tasks: tasks)
    }
    /// "AP 2010", with the IoU where there are several.
    func columns(_ year: String) -> [Table.Column] {
      ious.map { iou in
        let end = ious.count > 1 ? "@\(result.parameters.percent(iou))" : ""
        return .numbers("AP \(year)\(end)", key: "AP\(year)\(end)")
      }
    }
    let values = columns("2007") + columns("2010")
    var table = Table([.words("Pascal VOC", key: "name"), .hidden("ground_truth")] + values)
    for (index, name) in result.table.classNames.enumerated() {
      let entries = metrics.map { $0.classes[index] }
      table.add(
        [.text(name), .integer(entries.first?.groundTruthCount ?? 0)]
          + (entries.map(\.ap2007) + entries.map(\.ap2010)).map(Table.Value.fraction))
    }
    let means = (metrics.map(\.meanAP2007) + metrics.map(\.meanAP2010)).map(Table.Value.fraction)
    table.summarize([.text("mean"), .blank] + means)
    let members = zip(values, means).map { JSONMember(key: $0.key ?? "", value: $1.json) }
    return (table, .object(members + [JSONMember(key: "classes", value: table.json)]))
  }
}
