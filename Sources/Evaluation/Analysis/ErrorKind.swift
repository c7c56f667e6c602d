/// TIDE's error types of detections and ground-truth objects.
///
/// Source: D. Bolya et al., TIDE: A General Toolbox for Identifying Object Detection Errors, 2020.
/// A true positive at IoU 0.5 has no error. The other detections get the first type that applies.
package enum ErrorKind: Int, CaseIterable, Hashable, Sendable {
  /// IoU of at least 0.5 with a ground-truth object of another class.
  case classification
  /// IoU of 0.1 to 0.5 with a ground-truth object of the same class.
  case localization
  /// IoU of 0.1 to 0.5 with a ground-truth object of another class.
  case both
  /// IoU of at least 0.5 with an object that a higher-scoring detection matches.
  case duplicate
  /// IoU of at most 0.1 with any ground-truth object.
  case background
  /// A ground-truth object that no detection matches, even after correction.
  case missed

  package var name: String { "\(self)" }
}

/// The match outcome of one detection at IoU 0.5.
package struct DetectionMatch: Hashable, Sendable {
  /// Nil for true positives and ignored detections.
  package internal(set) var error: ErrorKind?
  package internal(set) var isTruePositive = false
  /// Whether it is left out: on a crowd or an ignored object, or beyond the first 100 of its image.
  package internal(set) var isIgnored = true
  /// The row of the ground-truth object that it matches or that its error refers to; -1 for none.
  package internal(set) var groundTruth: Int32 = -1
  /// Whether correcting it makes it a true positive: it is the highest-scoring error on an
  /// unmatched ground-truth object.
  var isCorrectable = false
}
