import Basics
import Datasets
import Imaging

/// Detections for the images of a ground truth, read from any format.
package struct DetectionSet: Sendable {
  /// The detections; indices count into the ground truth's images and classes.
  package internal(set) var detections = DetectionTable()
  /// One mask per row of `detections`; empty if masks were not requested.
  package internal(set) var masks: [RunLengthMask] = []
  /// Mismatches with the ground truth.
  package internal(set) var mismatches = ConsistencyIssues()
  /// How the files were read where more than one reading is possible, one sentence each.
  package internal(set) var notes: [String] = []

  /// Reads the detections of one run of a detector, which may be split into several files (shards).
  ///
  /// The result does not depend on the split, as long as the detections of an image are all in one
  /// file. An image in several files is a mismatch.
  ///
  /// - Parameters:
  ///   - paths: COCO results (`.json`), lines of `detect --json` (`.jsonl`), or folders of YOLO
  ///     label files.
  ///   - groundTruth: The ground truth that detections are joined to.
  ///   - readsMasks: Whether COCO segmentations are read, too; areas are then those of the masks.
  ///   - includesLastPixels: Whether boxes end at their last pixel, which Pascal VOC's always do.
  ///   - tasks: Runs the parsing of large files in parallel.
  /// - Throws: `DatasetsError` for files that cannot be read or parsed.
  package static func read(
    _ paths: [String], for groundTruth: GroundTruth, readsMasks: Bool = false,
    includesLastPixels: Bool = false, tasks: any ParallelExecutor = .serial
  ) throws(DatasetsError) -> DetectionSet {
    var whole = DetectionSet()
    var owners = [Int?](repeating: nil, count: groundTruth.images.count)
    for (number, path) in paths.enumerated() {
      var part = try DetectionFormat.read(
        path, groundTruth: groundTruth, readsMasks: readsMasks,
        includesLastPixels: includesLastPixels, tasks: tasks)
      if paths.count > 1 {
        part.findShared(&owners, number: number, paths: paths, groundTruth: groundTruth)
      }
      if number == 0 { whole = part } else { whole.append(part) }
    }
    if let finding = groundTruth.boxFinding(
      whole.detections.boxes, images: whole.detections.images)
    {
      whole.mismatches.add(.boxConvention, "\(paths.joined(separator: ", ")): \(finding)")
    }
    if let doubt = whole.scoreDoubt {
      whole.mismatches.add(.suspectScores, "\(paths.joined(separator: ", ")): \(doubt)")
    }
    return whole
  }

  /// Why the scores are probably no confidences; nil if they are plausible.
  private var scoreDoubt: String? {
    let scores = detections.scores
    guard let smallest = scores.min(), let largest = scores.max() else { return nil }
    let outside = scores.count { $0 < 0 || $0 > 1 }
    if outside > 0 {
      return "\(outside) of \(scores.count) scores lie outside of 0 to 1 (\(smallest) to "
        + "\(largest)): percentages rank detections like confidences, but ids of tracks do not"
    }
    guard scores.count > 1, smallest == largest else { return nil }
    return "all \(scores.count) scores are \(largest): detections are ranked by score, so AP "
      + "depends on the order of the rows"
  }

  /// Records images with detections in several files: overlapping shards would count twice.
  private mutating func findShared(
    _ owners: inout [Int?], number: Int, paths: [String], groundTruth: GroundTruth
  ) {
    for image in Set(detections.images).sorted() {
      if let other = owners[Int(image)] {
        mismatches.add(
          .duplicate,
          "\(paths[number]): \(groundTruth.images[Int(image)].name) has detections in \(paths[other]), too"
        )
      }
      owners[Int(image)] = number
    }
  }

  /// Adds the rows of another part.
  mutating func append(_ part: DetectionSet) {
    detections.append(contentsOf: part.detections)
    masks += part.masks
    mismatches.add(part.mismatches)
    notes += part.notes
  }

  /// Adds a detection unless its size is negative; returns whether it was added. `place` starts the
  /// message of a mismatch.
  @inline(__always) @discardableResult
  mutating func append(
    image: Int, classIndex: Int, box: SizedBox, score: Double, area: Double? = nil,
    groundTruth: GroundTruth, place: @autoclosure () -> String
  ) -> Bool {
    guard
      groundTruth.accepts(
        box, image: image, place: place(), else: "left out", mismatches: &mismatches)
    else { return false }
    detections.append(
      image: image, classIndex: classIndex, box: box, score: score,
      area: min(area ?? box.area, .greatestFiniteMagnitude))
    return true
  }
}
