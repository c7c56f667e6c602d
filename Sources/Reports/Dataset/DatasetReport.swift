import Basics
import Datasets

/// The HTML report of a dataset check.
public struct DatasetReport: Sendable {
  let check: DatasetCheck
  let augmented: [AnnotatedThumbnail]

  /// - Parameter augmented: Thumbnails of augmented training images.
  public init(_ check: DatasetCheck, augmented: [AnnotatedThumbnail] = []) {
    self.check = check
    self.augmented = augmented
  }

  /// The HTML page. Each section is one file and one line here.
  public var html: String {
    let name = FilePath.name(check.path)
    return Page(
      title: "Check of \(name)", eyebrow: "Dataset", heading: name, facts: facts,
      content: [
        tiles,
        IssueSection(check: check).markup,
        DuplicateSection(check: check).markup,
        ClassBalanceSection(
          splits: check.splits.map { ($0.dataset.split, $0.statistics) },
          classNames: check.classNames
        ).markup,
        BoxStatisticsSection(check: check).markup,
        SampleGrid(check: check).markup,
        AugmentedSection(images: augmented).markup,
      ],
      footer: [
        "Small objects are below 32², medium ones below 96² square pixels. Near-duplicates are "
          + "found by a perceptual hash and verified at 16 x 16 pixels."
      ]
    ).text
  }

  private var facts: [(name: String, value: String)] {
    [("data", check.path), ("format", check.format.rawValue)]
      + check.splits.map { ($0.dataset.split, Sentence.count($0.statistics.images, "image")) }
  }

  private var tiles: Markup {
    let numbers = check.total
    let perImage = Double(numbers.objects) / Double(max(numbers.images, 1))
    return Page.tiles([
      ("Errors", "\(check.count(.error))", ""), ("Warnings", "\(check.count(.warning))", ""),
      ("Images", "\(numbers.images)", ""), ("Objects", "\(numbers.objects)", ""),
      ("Classes", "\(check.classNames.count)", ""),
      ("Objects / image", NumberFormat.decimal(perImage), ""),
      ("Background", "\(numbers.backgrounds)", ""),
    ])
  }
}
