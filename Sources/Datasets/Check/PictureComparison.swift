/// Two pictures of a data set that are the same or look alike.
public struct PicturePair: Hashable, Sendable {
  /// Where a picture is listed.
  public struct Place: Hashable, Sendable {
    /// An index into the splits of the check.
    public let split: Int
    /// An index into the split's samples.
    public let sample: Int
  }

  /// In what two pictures agree.
  public enum Likeness: String, Sendable {
    /// The files are the same, byte for byte.
    case bytes
    /// The pixels are the same.
    case pixels
    /// They look alike.
    case look
  }

  /// The one that comes first in the data set.
  public let first: Place
  /// The other one.
  public let second: Place
  /// In what they agree.
  public let likeness: Likeness
}

/// Finds pictures that a data set has more than once.
///
/// Of a picture and its copies each copy is told once, with the picture that it copies; of pictures
/// that look alike only those of different splits, since neighbors in one split harm nobody.
struct PictureComparison {
  private(set) var pairs: [PicturePair] = []
  private(set) var problems: [DatasetProblem] = []
  private let datasets: [Dataset]

  /// - Parameter observe: Is told how far comparing and then pairing is; what it throws ends the work.
  init(
    _ datasets: [Dataset], _ facts: [[PictureFacts?]],
    observe: DatasetCheck.Observer
  ) throws {
    self.datasets = datasets
    var places: [PicturePair.Place] = []
    var pictures: [PictureFacts] = []
    var listed: [String: PicturePair.Place] = [:]
    for (split, dataset) in datasets.enumerated() {
      for (index, sample) in dataset.samples.enumerated() {
        let place = PicturePair.Place(split: split, sample: index)
        if let other = listed[sample.imagePath] {
          reportListedTwice(other, place)
          continue
        }
        listed[sample.imagePath] = place
        if let picture = facts[split][index] {
          places.append(place)
          pictures.append(picture)
        }
      }
    }
    let groups = try PictureGroups(pictures) { try observe(.comparing, $0, $1) }
    let shared = groups.members.filter { $0.count > 1 }
    let total = shared.reduce(0) { $0 + $1.count }
    var done = 0
    for members in shared {
      let group = members.compactMap { member in
        pictures[member].content.map { (places[member], $0, pictures[member]) }
      }
      try compare(group) {
        try observe(.pairing, done, total)
        done += 1
      }
    }
    if total > 0 { try observe(.pairing, done, total) }
  }

  private typealias Member = (
    place: PicturePair.Place, content: PictureContent, facts: PictureFacts
  )

  /// Finds for each picture of a group the one before it that it is most like.
  private mutating func compare(_ group: [Member], observe: () throws -> Void) throws {
    // Of each content the first picture in each split.
    var originals: [Fingerprint: [PicturePair.Place]] = [:]
    var distinct = Shelves()
    for picture in group {
      try observe()
      let split = picture.place.split
      let known = [picture.content.bytes, picture.content.pixels].map { originals[$0] ?? [] }
      let copied = zip([PicturePair.Likeness.bytes, .pixels], known).compactMap { kind, places in
        (places.first { $0.split != split } ?? places.first).map { (kind, $0) }
      }
      for (key, places) in zip([picture.content.bytes, picture.content.pixels], known)
      where !places.contains(where: { $0.split == split }) {
        originals[key] = places + [picture.place]
      }
      if let (likeness, original) = copied.first(where: { $0.1.split != split }) ?? copied.first {
        pairs.append(
          PicturePair(first: original, second: picture.place, likeness: likeness))
        reportCopy(original, picture.place, likeness)
        continue
      }
      if let similar = distinct.similar(to: picture) {
        pairs.append(PicturePair(first: similar, second: picture.place, likeness: .look))
        reportSimilar(similar, picture.place)
      }
      distinct.add(picture)
    }
  }

  /// Pictures by split and hash, since many alike ones have few hashes.
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

    mutating func add(_ picture: Member) {
      let key = Key(split: picture.place.split, hash: picture.content.look.hash)
      let place = places[key] ?? keys.count
      if place == keys.count {
        places[key] = place
        keys.append(key)
        members.append([])
      }
      members[place].append(picture)
    }

    /// The picture of another split whose look is closest, if any is alike.
    func similar(to picture: Member) -> PicturePair.Place? {
      var best: PicturePair.Place?
      var least = PictureLook.farthestHash + 1
      for (place, key) in keys.enumerated() where key.split != picture.place.split {
        let distance = (picture.content.look.hash ^ key.hash).nonzeroBitCount
        guard distance < least,
          let other = members[place].first(where: { $0.facts.isLike(picture.facts) })
        else { continue }
        (best, least) = (other.place, distance)
        if distance <= Self.closeHash { break }
      }
      return best
    }
  }

  // MARK: Sentences

  private func sample(_ place: PicturePair.Place) -> Sample {
    datasets[place.split].samples[place.sample]
  }

  private func name(_ place: PicturePair.Place) -> String { datasets[place.split].split }

  /// Splits beside the usual ones may choose among their pictures on purpose.
  private mutating func reportListedTwice(_ first: PicturePair.Place, _ second: PicturePair.Place) {
    let names = [name(first), name(second)]
    guard names.allSatisfy({ SplitName.usual.contains($0) }) else { return }
    problems.append(
      DatasetProblem(
        kind: .sharedPicture, file: sample(second).imagePath,
        message: "the picture is listed in the splits \"\(names[0])\" and \"\(names[1])\"."))
  }

  private mutating func reportCopy(
    _ first: PicturePair.Place, _ second: PicturePair.Place, _ likeness: PicturePair.Likeness
  ) {
    let isShared = first.split != second.split
    let (one, other) = (sample(first), sample(second))
    let agrees = one.annotations == other.annotations && one.imageClass == other.imageClass
    problems.append(
      DatasetProblem(
        kind: isShared ? .sharedPicture : .repeatedPicture, file: other.imagePath,
        message:
          "the same picture, \(likeness == .bytes ? "byte for byte" : "pixel for pixel"), as "
          + one.imagePath + (isShared ? " of the split \"\(name(first))\"" : "")
          + (agrees ? "." : ", but with other labels.")))
  }

  private mutating func reportSimilar(_ first: PicturePair.Place, _ second: PicturePair.Place) {
    problems.append(
      DatasetProblem(
        kind: .similarPicture, file: sample(second).imagePath,
        message: "the picture looks like \(sample(first).imagePath) of the split "
          + "\"\(name(first))\"."))
  }
}
