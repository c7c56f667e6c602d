import Imaging

extension DatasetWriter {
  /// The summary of a written dataset.
  package struct Outcome: Hashable, Sendable {
    /// The counts of one split.
    package struct Split: Hashable, Sendable {
      /// The split's name.
      package let name: String
      /// Images written; also counted if only labels are written.
      package fileprivate(set) var images = 0
      /// Objects written to label files.
      package fileprivate(set) var objects = 0
    }

    /// The splits, in the order written.
    package private(set) var splits: [Split] = []
    /// How often each kind of annotation was dropped or changed.
    package private(set) var losses: [DroppedAnnotations: Int] = [:]
    /// Members of the label files that are not converted, by name, with the number of their values.
    package private(set) var unread = UnreadMembers()
    /// The maximum shift of a box side, in pixels, where boxes are recomputed from polygons.
    package private(set) var largestBoxShift = 0.0

    /// Images of all splits.
    package var images: Int { splits.reduce(0) { $0 + $1.images } }
    /// Objects of all splits.
    package var objects: Int { splits.reduce(0) { $0 + $1.objects } }

    /// Starts the counts of another split.
    mutating func begin(_ split: String) { splits.append(Split(name: split)) }

    /// Counts a dropped or changed annotation.
    mutating func lose(_ loss: DroppedAnnotations, count: Int = 1) {
      if count > 0 { losses[loss, default: 0] += count }
    }

    /// Records the members of the label files that were not read.
    mutating func leave(_ members: UnreadMembers) { unread.add(members) }

    /// Counts an image of the current split.
    mutating func count(_ sample: Sample, holds: FormatCapabilities) {
      let split = splits.count - 1
      splits[split].images += 1
      if sample.imageClass != nil, !holds.contains(.imageClasses) { lose(.imageClasses) }
      if sample.maskPath != nil, !holds.contains(.imageMasks) { lose(.imageMasks) }
      for annotation in sample.annotations {
        let lost = holds.losses(of: annotation)
        lost.forEach { lose($0) }
        if lost.contains(.boxesOfSegmentations) {
          largestBoxShift = max(largestBoxShift, holds.boxShift(of: annotation))
        }
        if !lost.contains(.crowds), !lost.contains(.objects) { splits[split].objects += 1 }
      }
    }
  }
}
