import Glimpse

/// Pictures that the data set has twice, side by side.
struct SimilarSection: Sendable {
  let check: DatasetCheck

  /// Pairs that a page shows.
  private static let most = 12

  var markup: Markup {
    // Copies in two splits first, then what looks alike, then copies in one split.
    let pairs = check.pairs.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }.map(\.element)
    var gallery = Gallery()
    for pair in pairs.prefix(Self.most) {
      let places = [pair.first, pair.second]
      let pictures = places.compactMap { place in
        try? GalleryPicture(path: sample(place).imagePath, marks: [])
      }
      guard pictures.count == 2 else { continue }
      let splits = places.map { check.splits[$0.split].dataset.split }
      gallery.add(pictures, caption: "\(splits[0]), \(splits[1]): \(likeness(pair))")
    }
    if gallery.isEmpty { return .none }
    let rest = pairs.count - Self.most
    return Page.section(
      "Pictures that are there twice, or look alike",
      Markup(
        "A picture that is in two splits makes scores look better than they are."
          + (rest > 0 ? " \(rest) more pairs are not shown." : "")), gallery.markup)
  }

  private func sample(_ place: PicturePair.Place) -> Sample {
    check.splits[place.split].dataset.samples[place.sample]
  }

  private func rank(_ pair: PicturePair) -> Int {
    pair.likeness == .look ? 1 : pair.first.split == pair.second.split ? 2 : 0
  }

  private func likeness(_ pair: PicturePair) -> String {
    switch pair.likeness {
    case .bytes: "the same file"
    case .pixels: "the same pixels"
    case .look: "alike"
    }
  }
}
