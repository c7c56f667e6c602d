/// Two images of a dataset that are duplicates or near-duplicates.
package struct DuplicatePair: Hashable, Sendable {
  /// The position of an image in the dataset.
  package struct Location: Hashable, Sendable {
    /// The index of the split in the check.
    package let split: Int
    /// The index of the sample in the split.
    package let sample: Int
  }

  package enum Similarity: Sendable {
    /// The files are identical, byte for byte.
    case bytes
    /// The decoded pixels are identical; the files differ.
    case pixels
    /// The image signatures are similar: near-duplicates.
    case signature
  }

  /// The image that comes first in the dataset.
  package let first: Location
  package let second: Location
  package let similarity: Similarity
}

/// Finds duplicate and near-duplicate images in a dataset.
///
/// Each copy is reported once, with the image that it duplicates. Near-duplicates are reported only
/// across splits: within a split (neighboring video frames) they are harmless.
struct DuplicateSearch {
  private(set) var pairs: [DuplicatePair] = []
  private(set) var issues: [DatasetIssue] = []
  private let datasets: [Dataset]

  private typealias Member = (
    place: DuplicatePair.Location, record: ImageRecord, content: ImageContent
  )

  /// - Parameter observe: Receives the progress of the stages `comparing` and `pairing`; an error
  ///   that it throws ends the search.
  init(
    _ datasets: [Dataset], _ records: [[ImageRecord?]], observe: DatasetCheck.Observer
  ) throws {
    self.datasets = datasets
    var places: [DuplicatePair.Location] = []
    var images: [ImageRecord] = []
    var listed: [String: DuplicatePair.Location] = [:]
    let twins = reportIdenticalSplits()
    for (split, dataset) in datasets.enumerated() {
      for (index, sample) in dataset.samples.enumerated() {
        let place = DuplicatePair.Location(split: split, sample: index)
        if let other = listed[sample.imagePath] {
          if twins[split] != other.split { reportListedTwice(other, place) }
          continue
        }
        listed[sample.imagePath] = place
        if let image = records[split][index] {
          places.append(place)
          images.append(image)
        }
      }
    }
    let groups = try DuplicateGroups(images) { try observe(.comparing, $0, $1) }.members
      .filter { $0.count > 1 }
    let total = groups.reduce(0) { $0 + $1.count }
    var done = 0
    for members in groups {
      var search = GroupSearch()
      for member in members {
        try observe(.pairing, done, total)
        done += 1
        guard let content = images[member].content else { continue }
        if let pair = search.add((places[member], images[member], content)) { report(pair) }
      }
    }
    if total > 0 { try observe(.pairing, done, total) }
  }

  /// Finds, for each image of a group, the earlier image that it duplicates or is most similar to.
  private struct GroupSearch {
    /// For each pixel fingerprint, one image per split and distinct file content.
    private var originals: [Fingerprint: [Member]] = [:]
    /// Images that duplicate no earlier one.
    private var distinct: [(split: Int, hash: UInt64, image: Member)] = []

    mutating func add(_ image: Member) -> DuplicatePair? {
      let (split, hash) = (image.place.split, image.content.signature.hash)
      func isSameFile(_ copy: Member) -> Bool { copy.content.bytes == image.content.bytes }
      /// Prefers copies in another split, then byte-for-byte copies.
      func rank(_ copy: Member) -> Int {
        (copy.place.split == split ? 2 : 0) + (isSameFile(copy) ? 0 : 1)
      }
      let copies = originals[image.content.pixels] ?? []
      if !copies.contains(where: { rank($0) == 2 }) {
        originals[image.content.pixels, default: []].append(image)
      }
      if let original = copies.min(by: { rank($0) < rank($1) }) {
        return DuplicatePair(
          first: original.place, second: image.place,
          similarity: isSameFile(original) ? .bytes : .pixels)
      }
      defer { distinct.append((split, hash, image)) }
      var closest: DuplicatePair.Location?
      var least = ImageSignature.maximumDistance + 1
      for other in distinct where other.split != split {
        let distance = (other.hash ^ hash).nonzeroBitCount
        guard distance < least, other.image.record.isNearDuplicate(of: image.record) else {
          continue
        }
        (closest, least) = (other.image.place, distance)
        // Close enough to stop the search.
        if distance <= 2 { break }
      }
      return closest.map {
        DuplicatePair(first: $0, second: image.place, similarity: .signature)
      }
    }
  }

  // MARK: Issues

  private func sample(_ place: DuplicatePair.Location) -> Sample {
    datasets[place.split].samples[place.sample]
  }

  /// Reports splits that list the same images as an earlier one; returns the earlier one of each.
  ///
  /// Small example datasets (COCO8, COCO128) validate on the training images on purpose.
  private mutating func reportIdenticalSplits() -> [Int: Int] {
    var twins: [Int: Int] = [:]
    let images = datasets.map { Set($0.samples.map(\.imagePath)) }
    for (split, dataset) in datasets.enumerated() where SplitName.usual.contains(dataset.split) {
      let twin = (0..<split).first {
        SplitName.usual.contains(datasets[$0].split) && images[$0] == images[split]
      }
      guard let twin, !images[split].isEmpty else { continue }
      twins[split] = twin
      issues.report(
        .identicalSplits, dataset.path,
        "the splits \"\(datasets[twin].split)\" and \"\(dataset.split)\" list the same images; "
          + "results on one are not independent of the other.")
    }
    return twins
  }

  /// Only `train`, `val` and `test` must be disjoint: other splits may list images of these on
  /// purpose.
  private mutating func reportListedTwice(
    _ first: DuplicatePair.Location, _ second: DuplicatePair.Location
  ) {
    let names = [first, second].map { datasets[$0.split].split }
    guard names.allSatisfy({ SplitName.usual.contains($0) }) else { return }
    issues.report(
      .sharedImage, sample(second).imagePath,
      "the image is listed in the splits \"\(names[0])\" and \"\(names[1])\".")
  }

  private mutating func report(_ pair: DuplicatePair) {
    pairs.append(pair)
    let (first, second) = (sample(pair.first), sample(pair.second))
    let ofSplit = " of the split \"\(datasets[pair.first.split].split)\""
    if pair.similarity == .signature {
      issues.report(
        .similarImage, second.imagePath,
        "the image is a near-duplicate of \(first.imagePath)\(ofSplit).")
      return
    }
    let isShared = pair.first.split != pair.second.split
    let isEquallyLabeled =
      first.annotations == second.annotations && first.imageClass == second.imageClass
    let how = pair.similarity == .bytes ? "byte for byte" : "pixel for pixel"
    issues.report(
      isShared ? .sharedImage : .repeatedImage, second.imagePath,
      "the image is a copy, \(how), of \(first.imagePath)\(isShared ? ofSplit : "")"
        + "\(isEquallyLabeled ? "" : ", but has other labels").")
  }
}
