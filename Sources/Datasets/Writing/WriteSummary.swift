import Imaging

extension DatasetWriter {
  /// The result of writing.
  package struct Outcome: Hashable, Sendable {
    /// What was written of a split.
    package struct Split: Hashable, Sendable {
      /// What it is called.
      package let name: String
      /// Images that were written, or would have been.
      package fileprivate(set) var images = 0
      /// Objects in the label files.
      package fileprivate(set) var objects = 0
    }

    /// The splits in their order.
    package private(set) var splits: [Split] = []
    /// How often the format could not hold what a label states.
    package private(set) var losses: [DroppedAnnotations: Int] = [:]
    /// The farthest that a side of a box moved, in pixels, where polygons are written instead.
    package private(set) var largestBoxShift = 0.0

    /// Images of all splits.
    package var images: Int { splits.reduce(0) { $0 + $1.images } }
    /// Objects of all splits.
    package var objects: Int { splits.reduce(0) { $0 + $1.objects } }

    /// Counts what follows for another split.
    mutating func begin(_ split: String) { splits.append(Split(name: split)) }

    /// Counts what was lost.
    mutating func lose(_ loss: DroppedAnnotations) { losses[loss, default: 0] += 1 }

    /// Counts an image of the split that was begun last.
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
