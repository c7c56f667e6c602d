import Basics
import Imaging

/// Average precision as defined by the Open Images challenge: the area under the precision envelope
/// at IoU 0.5, with group-of boxes.
///
/// A group-of box, which is a crowd in COCO's files, covers several objects. Detections are matched
/// with single objects first, as in Pascal VOC. Of the others, those that lie in a group-of box, with
/// at least half of their area, are one true positive together, with the highest of their scores; a
/// group-of box without any is a missed object. Objects marked difficult are ignored, and so are
/// detections of them.
///
/// Source: `PerImageEvaluation._compute_tp_fp_for_single_class` of TensorFlow's object_detection,
/// with `group_of_weight` 1, as `OpenImagesChallengeEvaluator` uses it.
package struct OpenImagesMetric: Hashable, Sendable {
  package struct ClassEntry: Hashable, Sendable {
    /// The number of objects and group-of boxes.
    package let groundTruthCount: Int
    /// 0...1, or -1 without ground truth.
    package let ap: Double
  }

  package let classes: [ClassEntry]
  /// The mean over classes with ground truth; -1 if there are none.
  package let meanAP: Double

  package init(
    _ table: EvaluationTable, iou: Double = 0.5, overlap: PairwiseIoU = .boxes,
    tasks: any ParallelExecutor = .serial
  ) {
    classes = tasks.map(table.classNames.count) {
      Self.entry(table, classIndex: $0, iou: iou, overlap: overlap)
    }
    let known = classes.filter { $0.groundTruthCount > 0 }
    meanAP = known.isEmpty ? -1 : known.reduce(0) { $0 + $1.ap } / Double(known.count)
  }

  private typealias Scored = (score: Double, isRight: Bool)

  private static func entry(
    _ table: EvaluationTable, classIndex: Int, iou: Double, overlap: PairwiseIoU
  ) -> ClassEntry {
    var scored: [Scored] = []
    var count = 0
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      count += pair.groundTruths.count { !table.groundTruths.traits[$0].contains(.ignored) }
      scored += match(table, pair, iou: iou, overlap: overlap)
    }
    guard count > 0 else { return ClassEntry(groundTruthCount: 0, ap: -1) }
    // Ties keep their order, image after image.
    let order = scored.indices.sorted {
      scored[$0].score != scored[$1].score ? scored[$0].score > scored[$1].score : $0 < $1
    }
    var precisions: [Double] = []
    for (place, index) in order.enumerated() where scored[index].isRight {
      precisions.append(Double(precisions.count + 1) / Double(place + 1))
    }
    precisions.makeEnvelope()
    return ClassEntry(groundTruthCount: count, ap: precisions.reduce(0, +) / Double(count))
  }

  /// The detections of a pair that count, and one for each group-of box that holds any.
  private static func match(
    _ table: EvaluationTable, _ pair: ImageClassPair, iou: Double, overlap: PairwiseIoU
  ) -> [Scored] {
    let traits = table.groundTruths.traits
    let groups = pair.groundTruths.filter { traits[$0].contains(.crowd) }
    let objects = pair.groundTruths.filter { !traits[$0].contains(.crowd) }
    /// The first of the rows with the largest overlap, if that reaches the threshold.
    func best(_ row: Int, _ rows: [Int], isGroup: Bool) -> Int? {
      var best: (value: Double, row: Int)?
      for candidate in rows {
        let value = overlap.iou(table, row, candidate, isGroup)
        if value > best?.value ?? -1 { best = (value, candidate) }
      }
      return best.flatMap { $0.value >= iou ? $0.row : nil }
    }
    var scored: [Scored] = []
    var taken: Set<Int> = []
    var groupScores: [Int: Double] = [:]
    for row in pair.detections {
      let score = table.detections.scores[row]
      if let object = best(row, objects, isGroup: false) {
        if traits[object].contains(.ignored) { continue }
        if taken.insert(object).inserted {
          scored.append((score, true))
          continue
        }
      }
      if let group = best(row, groups, isGroup: true) {
        groupScores[group] = max(groupScores[group] ?? score, score)
      } else {
        scored.append((score, false))
      }
    }
    for group in groups {
      if let score = groupScores[group], !traits[group].contains(.ignored) {
        scored.append((score, true))
      }
    }
    return scored
  }
}

extension AdditionalMetric {
  static let openImages = AdditionalMetric(
    name: "openimages", summary: "the AP of Open Images, where crowds are group-of boxes"
  ) { result, tasks in
    let metric = OpenImagesMetric(result.table, overlap: result.overlap, tasks: tasks)
    var table = Table([
      .words("Open Images", key: "name"), .hidden("ground_truth"), .numbers("AP"),
    ])
    for (name, entry) in zip(result.table.classNames, metric.classes) {
      table.add([.text(name), .integer(entry.groundTruthCount), .fraction(entry.ap)])
    }
    let mean = Table.Value.fraction(metric.meanAP)
    table.summarize([.text("mean"), .blank, mean])
    return (table, ["mAP": mean.json, "classes": table.json])
  }
}
