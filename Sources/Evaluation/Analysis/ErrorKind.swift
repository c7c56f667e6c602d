/// What is wrong with a detection or a ground-truth object, as TIDE tells errors apart.
///
/// Source: D. Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, 2020.
/// A detection that is right at IoU 0.5 has no error. The others are asked in this order.
package enum ErrorKind: Int, CaseIterable, Hashable, Sendable {
  /// On an object, but of another class: IoU of at least 0.5 with a ground-truth object of a wrong class.
  case classification
  /// Of the right class, but not where the object is: IoU of 0.1 to 0.5.
  case localization
  /// Neither the right class nor the right place, yet not on empty ground.
  case both
  /// Right, had a higher-scoring detection not taken the ground truth already.
  case duplicate
  /// On nothing: IoU of at most 0.1 with any ground truth.
  case background
  /// A ground-truth object that no detection is right about or would be once repaired.
  case missed

  /// The kind as a noun for reports.
  package var name: String {
    switch self {
    case .classification: "classification"
    case .localization: "localization"
    case .both: "both"
    case .duplicate: "duplicate"
    case .background: "background"
    case .missed: "missed"
    }
  }
}

/// What became of one detection.
package struct DetectionMatch: Hashable, Sendable {
  /// What is wrong with it; nil where it is right, and where it was not looked at.
  package internal(set) var error: ErrorKind?
  /// Whether it matched a ground-truth object of its class.
  package internal(set) var isRight = false
  /// Whether it neither counts as right nor as wrong: it lies in a crowd or on an object that is
  /// ignored, or is beyond the first 100 of its image.
  package internal(set) var isIgnored = true
  /// The row of the ground truth that it matched, misplaced or misnamed; -1 where there is none.
  package internal(set) var groundTruth: Int32 = -1
  /// Whether repairing it makes it right: it is the highest-scoring error on a ground-truth object that is not found.
  var isRepairable = false
}
