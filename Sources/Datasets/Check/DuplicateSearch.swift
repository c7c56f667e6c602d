/// Two images of a dataset that are the same or look alike.
package struct DuplicatePair: Hashable, Sendable {
  /// Where an image is listed.
  package struct Place: Hashable, Sendable {
    /// An index into the splits of the check.
    package let split: Int
    /// An index into the split's samples.
    package let sample: Int
  }

  /// In what two images agree.
  package enum Similarity: String, Sendable {
    /// The files are the same, byte for byte.
    case bytes
    /// The pixels are the same.
    case pixels
    /// They look alike.
    case look
  }

  /// The one that comes first in the dataset.
  package let first: Place
  /// The other one.
  package let second: Place
  /// In what they agree.
  package let similarity: Similarity
}

/// Finds images that a dataset has more than once.
///
/// Of an image and its copies each copy is told once, with the image that it copies; of images
/// that look alike only those of different splits, since neighbors in one split harm nobody.
struct DuplicateSearch {
  private(set) var pairs: [DuplicatePair] = []
  private(set) var issues: [DatasetIssue] = []
  private let datasets: [Dataset]

  /// - Parameter observe: Is told how far comparing and then pairing is; what it throws ends the work.
  init(
    _ datasets: [Dataset], _ facts: [[ImageRecord?]],
    observe: DatasetCheck.Observer
  ) throws {
    self.datasets = datasets
    var places: [DuplicatePair.Place] = []
    var images: [ImageRecord] = []
    var listed: [String: DuplicatePair.Place] = [:]
    for (split, dataset) in datasets.enumerated() {
      for (index, sample) in dataset.samples.enumerated() {
        let place = DuplicatePair.Place(split: split, sample: index)
        if let other = listed[sample.imagePath] {
          reportListedTwice(other, place)
          continue
        }
        listed[sample.imagePath] = place
        if let image = facts[split][index] {
          places.append(place)
          images.append(image)
        }
      }
    }
    let groups = try DuplicateGroups(images) { try observe(.comparing, $0, $1) }
    let shared = groups.members.filter { $0.count > 1 }
    let total = shared.reduce(0) { $0 + $1.count }
    var done = 0
    for members in shared {
      let group = members.compactMap { member in
        images[member].content.map { (places[member], $0, images[member]) }
      }
      try compare(group) {
        try observe(.pairing, done, total)
        done += 1
      }
    }
    if total > 0 { try observe(.pairing, done, total) }
  }

  private typealias Member = (
    place: DuplicatePair.Place, content: ImageContent, facts: ImageRecord
  )

  /// Finds for each image of a group the one before it that it is most like.
  private mutating func compare(_ group: [Member], observe: () throws -> Void) throws {
    // Of each content the first image in each split.
    var originals: [Fingerprint: [DuplicatePair.Place]] = [:]
    var distinct = Shelves()
    for image in group {
      try observe()
      let split = image.place.split
      let known = [image.content.bytes, image.content.pixels].map { originals[$0] ?? [] }
      let copied = zip([DuplicatePair.Similarity.bytes, .pixels], known).compactMap {
        kind, places in
        (places.first { $0.split != split } ?? places.first).map { (kind, $0) }
      }
      for (key, places) in zip([image.content.bytes, image.content.pixels], known)
      where !places.contains(where: { $0.split == split }) {
        originals[key] = places + [image.place]
      }
      if let (similarity, original) = copied.first(where: { $0.1.split != split }) ?? copied.first {
        pairs.append(
          DuplicatePair(first: original, second: image.place, similarity: similarity))
        reportCopy(original, image.place, similarity)
        continue
      }
      if let similar = distinct.similar(to: image) {
        pairs.append(DuplicatePair(first: similar, second: image.place, similarity: .look))
        reportSimilar(similar, image.place)
      }
      distinct.add(image)
    }
  }

  /// Images by split and hash, since many alike ones have few hashes.
  private struct Shelves {
    private struct Key: Hashable {
      let split: Int
      let hash: UInt64
    }

    private var places: [Key: Int] = [:]
    private var keys: [Key] = []
    private var members: [[Member]] = []

    /// A hash that is so close is not looked at for a closer one.
    private static let closeHash = 2

    mutating func add(_ image: Member) {
      let key = Key(split: image.place.split, hash: image.content.look.hash)
      let place = places[key] ?? keys.count
      if place == keys.count {
        places[key] = place
        keys.append(key)
        members.append([])
      }
      members[place].append(image)
    }

    /// The image of another split whose look is closest, if any is alike.
    func similar(to image: Member) -> DuplicatePair.Place? {
      var best: DuplicatePair.Place?
      var least = ImageSignature.farthestHash + 1
      for (place, key) in keys.enumerated() where key.split != image.place.split {
        let distance = (image.content.look.hash ^ key.hash).nonzeroBitCount
        guard distance < least,
          let other = members[place].first(where: { $0.facts.isLike(image.facts) })
        else { continue }
        (best, least) = (other.place, distance)
        if distance <= Self.closeHash { break }
      }
      return best
    }
  }

  // MARK: Sentences

  private func sample(_ place: DuplicatePair.Place) -> Sample {
    datasets[place.split].samples[place.sample]
  }

  private func name(_ place: DuplicatePair.Place) -> String { datasets[place.split].split }

  /// Splits beside the usual ones may choose among their images on purpose.
  private mutating func reportListedTwice(
    _ first: DuplicatePair.Place, _ second: DuplicatePair.Place
  ) {
    let names = [name(first), name(second)]
    guard names.allSatisfy({ SplitName.usual.contains($0) }) else { return }
    issues.append(
      DatasetIssue(
        kind: .sharedImage, file: sample(second).imagePath,
        message: "the image is listed in the splits \"\(names[0])\" and \"\(names[1])\"."))
  }

  private mutating func reportCopy(
    _ first: DuplicatePair.Place, _ second: DuplicatePair.Place,
    _ similarity: DuplicatePair.Similarity
  ) {
    let isShared = first.split != second.split
    let (one, other) = (sample(first), sample(second))
    let agrees = one.annotations == other.annotations && one.imageClass == other.imageClass
    issues.append(
      DatasetIssue(
        kind: isShared ? .sharedImage : .repeatedImage, file: other.imagePath,
        message:
          "the same image, \(similarity == .bytes ? "byte for byte" : "pixel for pixel"), as "
          + one.imagePath + (isShared ? " of the split \"\(name(first))\"" : "")
          + (agrees ? "." : ", but with other labels.")))
  }

  private mutating func reportSimilar(_ first: DuplicatePair.Place, _ second: DuplicatePair.Place) {
    issues.append(
      DatasetIssue(
        kind: .similarImage, file: sample(second).imagePath,
        message: "the image looks like \(sample(first).imagePath) of the split "
          + "\"\(name(first))\"."))
  }
}
