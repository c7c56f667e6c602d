import Basics
import Imaging

/// Everything an evaluation computes, as named arrays: precision and recall, the scores at each
/// recall, and the match of each detection.
///
/// `precision`, `recall` and `scores` are laid out as `COCOeval.eval`. Detections and ground truth
/// are listed by image, class and descending score, with their rows in the input.
package struct ExtendedResults: Sendable {
  private let result: EvaluationResult
  private let curves: PrecisionRecallCurves
  /// For each detection and IoU threshold the row of the matched ground-truth object, or -1.
  private let matches: [Int32]

  package init(_ result: EvaluationResult, tasks: any ParallelExecutor = .serial) {
    self.result = result
    curves = PrecisionRecallCurves(
      result.table, result.matches, collectsScores: true, tasks: tasks)
    matches = MatchTable.groundTruths(
      result.table, overlap: result.overlap, parameters: result.parameters, tasks: tasks)
  }

  /// One array; its values are those of one kind.
  private enum Values {
    case numbers([Double])
    case integers([Int32])
    case flags([Bool])
    case texts([String])
  }

  private var arrays: [(name: String, values: Values, shape: [Int])] {
    let (table, parameters) = (result.table, result.parameters)
    let (ious, areas) = (parameters.iouThresholds.count, parameters.areaRanges.count)
    let limits = parameters.detectionLimits.count
    let (found, objects) = (table.detections, table.groundTruths)
    let ends = [ious, curves.classCount, areas, limits]
    let points = [ious, parameters.recallThresholds.count] + ends.dropFirst()
    // The masks of the range of all areas.
    var ignored: [Bool] = []
    for row in 0..<found.count {
      let mask = result.matches.ignored[row * areas]
      for iou in 0..<ious { ignored.append(mask >> UInt16(iou) & 1 == 1) }
    }
    func list(_ name: String, _ values: [Double]) -> (String, Values, [Int]) {
      (name, .numbers(values), [values.count])
    }
    func list(_ name: String, _ values: [Int32]) -> (String, Values, [Int]) {
      (name, .integers(values), [values.count])
    }
    func boxes(_ name: String, _ values: [SizedBox]) -> (String, Values, [Int]) {
      (name, .numbers(values.flatMap { [$0.x, $0.y, $0.width, $0.height] }), [values.count, 4])
    }
    return [
      ("precision", .numbers(curves.precision), points),
      ("recall", .numbers(curves.recall), ends), ("scores", .numbers(curves.scores), points),
      list("iou_thresholds", parameters.iouThresholds),
      list("recall_thresholds", parameters.recallThresholds),
      ("classes", .texts(table.classNames), [table.classNames.count]),
      ("areas", .texts(parameters.areaRanges.map(\.name)), [areas]),
      (
        "area_ranges", .numbers(parameters.areaRanges.flatMap { [$0.lower, $0.upper] }), [areas, 2]
      ),
      list("max_dets", parameters.detectionLimits.map { Int32(clamping: $0) }),
      ("images", .texts(table.imageNames), [table.imageNames.count]),
      list("detection_row", table.detectionSources), list("detection_image", found.images),
      list("detection_class", found.classes), list("detection_score", found.scores),
      boxes("detection_box", found.boxes),
      ("detection_match", .integers(matches), [found.count, ious]),
      ("detection_ignored", .flags(ignored), [found.count, ious]),
      list("ground_truth_row", table.groundTruthSources),
      list("ground_truth_image", objects.images), list("ground_truth_class", objects.classes),
      boxes("ground_truth_box", objects.boxes), list("ground_truth_area", objects.areas),
      ("ground_truth_ignored", .flags(objects.traits.map { !$0.isCounted }), [objects.count]),
    ]
  }

  /// A NumPy archive, for `numpy.load`.
  package var npz: [UInt8] {
    var writer = NPZWriter()
    for (name, values, shape) in arrays {
      switch values {
      case .numbers(let values): writer.add(name, values, shape: shape)
      case .integers(let values): writer.add(name, values, shape: shape)
      case .flags(let values): writer.add(name, values, shape: shape)
      case .texts(let values): writer.add(name, values)
      }
    }
    return writer.archive
  }

  /// An object with `shape` and `values`, row by row, for each array.
  package var json: JSONValue {
    .object(
      arrays.map { name, values, shape in
        let items: [JSONValue] =
          switch values {
          case .numbers(let values): values.map { .number($0) }
          case .integers(let values): values.map { .integer(Int($0)) }
          case .flags(let values): values.map { .bool($0) }
          case .texts(let values): values.map { .string($0) }
          }
        return JSONMember(
          key: name,
          value: ["shape": .array(shape.map { .integer($0) }), "values": .array(items)])
      })
  }
}
