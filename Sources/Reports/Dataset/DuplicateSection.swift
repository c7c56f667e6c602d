import Basics
import Datasets

/// Pairs of duplicate and near-duplicate images.
struct DuplicateSection: Sendable {
  let check: DatasetCheck

  /// Maximum number of pairs.
  private static let most = 12

  var markup: Markup {
    // Duplicates across splits first, then near-duplicates, then duplicates in one split.
    let pairs = check.pairs.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }.map(\.element)
    var gallery = ImageGrid()
    for pair in pairs.prefix(Self.most) {
      let places = [pair.first, pair.second]
      let images = places.compactMap { place in
        try? AnnotatedThumbnail(path: sample(place).imagePath, marks: [])
      }
      guard images.count == 2 else { continue }
      let splits = places.map { check.splits[$0.split].dataset.split }
      gallery.add(images[0], images[1], caption: "\(splits[0]), \(splits[1]): \(similarity(pair))")
    }
    if gallery.isEmpty { return .none }
    let rest = pairs.count - Self.most
    return Page.section(
      "Duplicates and near-duplicates",
      "An image in two splits inflates validation results."
        + (rest > 0 ? " \(rest) more pairs are not shown." : ""), gallery.markup)
  }

  private func sample(_ place: DuplicatePair.Location) -> Sample {
    check.splits[place.split].dataset.samples[place.sample]
  }

  private func rank(_ pair: DuplicatePair) -> Int {
    pair.similarity == .signature ? 1 : pair.first.split == pair.second.split ? 2 : 0
  }

  private func similarity(_ pair: DuplicatePair) -> String {
    switch pair.similarity {
    case .bytes: "identical files"
    case .pixels: "identical pixels"
    case .signature: "near-duplicate"
    }
  }
}
