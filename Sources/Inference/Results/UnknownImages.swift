import Basics
import Datasets

/// Says why names in result files mean no image of the ground truth.
struct UnknownImages {
  private let groundTruth: GroundTruth
  private let names: ImageNames
  /// The images of the other splits of the dataset.
  private lazy var others = otherSplits()

  init(_ groundTruth: GroundTruth, names: ImageNames) {
    (self.groundTruth, self.names) = (groundTruth, names)
  }

  /// The end of a sentence that begins with the place of a name.
  mutating func reason(_ name: String) -> String {
    if names.isAmbiguous(name) {
      return "\"\(name)\" is the name of more than one image in \(groundTruth.path)"
    }
    if let origin = groundTruth.origin,
      let other = others.first(where: { $0.names[name] != nil || $0.names.isAmbiguous(name) })
    {
      return "the image \"\(name)\" is of the split \"\(other.split)\", and \"\(origin.split)\" is "
        + "evaluated"
    }
    return "no image \"\(name)\" is in \(groundTruth.path)"
  }

  private func otherSplits() -> [(split: String, names: ImageNames)] {
    guard let origin = groundTruth.origin, let splits = try? Dataset.splits(path: origin.path)
    else {
      return []
    }
    let reading = DatasetReading(validates: true, measuresImages: false)
    return splits.filter { $0 != origin.split }.compactMap { split in
      guard let other = try? Dataset.open(path: origin.path, split: split, reading: reading) else {
        return nil
      }
      return (split, ImageNames(GroundTruth(other).images))
    }
  }
}
