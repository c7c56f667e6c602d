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

  init(_ datasets: [Dataset], _ facts: [[PictureFacts?]]) {
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
    for members in PictureGroups(pictures).members where members.count > 1 {
      compare(members.map { (places[$0], pictures[$0]) })
    }
  }

  private typealias Member = (place: PicturePair.Place, facts: PictureFacts)

  /// Finds for each picture of a group the one before it that it is most like.
  private mutating func compare(_ group: [Member]) {
    for (index, picture) in group.enumerated() {
      let earlier = group[..<index]
      if let copied = original(of: picture, among: earlier) {
        let likeness: PicturePair.Likeness =
          copied.facts.content?.bytes == picture.facts.content?.bytes ? .bytes : .pixels
        pairs.append(
          PicturePair(first: copied.place, second: picture.place, likeness: likeness))
        reportCopy(copied.place, picture.place, likeness)
      } else if let similar = similar(to: picture, among: earlier) {
        pairs.append(PicturePair(first: similar, second: picture.place, likeness: .look))
        reportSimilar(similar, picture.place)
      }
    }
  }

  /// The first picture with the same content, of another split if there is one.
  private func original(of picture: Member, among earlier: ArraySlice<Member>) -> Member? {
    let same = earlier.filter {
      $0.facts.content?.bytes == picture.facts.content?.bytes
        || $0.facts.content?.pixels == picture.facts.content?.pixels
    }
    return same.first { $0.place.split != picture.place.split } ?? same.first
  }

  /// The picture of another split whose look is closest, if any is alike.
  private func similar(
    to picture: Member, among earlier: ArraySlice<Member>
  ) -> PicturePair.Place? {
    guard let hash = picture.facts.content?.look.hash else { return nil }
    let candidates = earlier.compactMap { other -> (distance: Int, member: Member)? in
      guard other.place.split != picture.place.split, let otherHash = other.facts.content?.look.hash
      else { return nil }
      let distance = (hash ^ otherHash).nonzeroBitCount
      return distance <= PictureLook.farthestHash ? (distance, other) : nil
    }
    return candidates.sorted { $0.distance < $1.distance }
      .first { $0.member.facts.isLike(picture.facts) }?.member.place
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
    problems.append(
      DatasetProblem(
        kind: isShared ? .sharedPicture : .repeatedPicture, file: other.imagePath,
        message:
          "the same picture, \(likeness == .bytes ? "byte for byte" : "pixel for pixel"), as "
          + one.imagePath + (isShared ? " of the split \"\(name(first))\"" : "")
          + (one.annotations == other.annotations ? "." : ", but with other labels.")))
  }

  private mutating func reportSimilar(_ first: PicturePair.Place, _ second: PicturePair.Place) {
    problems.append(
      DatasetProblem(
        kind: .similarPicture, file: sample(second).imagePath,
        message: "the picture looks like \(sample(first).imagePath) of the split "
          + "\"\(name(first))\"."))
  }
}
