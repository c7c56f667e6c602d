import Basics
import Datasets
import Imaging

/// Detections on the images of a ground truth, from any format.
package struct DetectionSet: Sendable {
  /// The detections; indices count into the ground truth's images and classes.
  package internal(set) var detections = DetectionTable()
  /// One a row of `detections`, or none where they were not asked for.
  package internal(set) var masks: [RunLengthMask] = []
  /// Contradictions to the ground truth.
  package internal(set) var mismatches = ConsistencyIssues()

  /// Reads the files of one run of a detector, which may be parts of it: shards.
  ///
  /// The result does not depend on how a run is divided into files, as long as each image is in one of them;
  /// others are a mismatch.
  ///
  /// - Parameters:
  ///   - paths: COCO results (`.json`), Glimpse's own lines (`.jsonl`), or folders of YOLO label files.
  ///   - groundTruth: What they are evaluated against.
  ///   - readsMasks: Whether COCO's segmentations are read, too; they then give the areas.
  ///   - tasks: What reads parts of a file at the same time.
  /// - Throws: `DatasetsError` for what cannot be read.
  package static func read(
    _ paths: [String], for groundTruth: GroundTruth, readsMasks: Bool = false,
    tasks: any ParallelExecutor = .serial
  ) throws(DatasetsError) -> DetectionSet {
    var whole = DetectionSet()
    var owners = [Int?](repeating: nil, count: groundTruth.images.count)
    for (number, path) in paths.enumerated() {
      var part = try DetectionFormat.sniff(path).read(
        path, groundTruth: groundTruth, readsMasks: readsMasks, tasks: tasks)
      if paths.count > 1 {
        part.findShared(&owners, number: number, paths: paths, groundTruth: groundTruth)
      }
      if number == 0 { whole = part } else { whole.append(part) }
    }
    return whole
  }

  /// Notes the images that other parts have detections of, too: shards that overlap count twice.
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
  }

  /// Adds a row, if its box can be one; `place` begins the sentence about it.
  @inline(__always)
  mutating func append(
    image: Int, classIndex: Int, box: SizedBox, score: Double, area: Double? = nil,
    groundTruth: GroundTruth, place: @autoclosure () -> String
  ) -> Bool {
    guard groundTruth.accepts(box, image: image, place: place(), mismatches: &mismatches) else {
      return false
    }
    detections.append(image: image, classIndex: classIndex, box: box, score: score, area: area)
    return true
  }
}
