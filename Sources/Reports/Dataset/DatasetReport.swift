import Basics
import Datasets

/// A page about a dataset.
package struct DatasetReport: Sendable {
  let check: DatasetCheck
  let augmented: [AnnotatedThumbnail]

  /// - Parameter augmented: Augmented training images.
  package init(_ check: DatasetCheck, augmented: [AnnotatedThumbnail] = []) {
    self.check = check
    self.augmented = augmented
  }

  /// The page. A section is a file and a line here.
  package var html: String {
    let name = check.path.split(separator: "/").last.map(String.init) ?? check.path
    return Page(
      title: "Check of \(name)",
      content: [
        PageHeader(eyebrow: "Dataset", title: name, facts: facts).markup,
        tiles,
        IssueSection(check: check).markup,
        DuplicateSection(check: check).markup,
        ClassBalanceSection(check: check).markup,
        BoxStatisticsSection(check: check).markup,
        SampleGrid(check: check).markup,
        augmentedSection,
        .element(
          "footer", [:],
          .element(
            "p", [:],
            "Small objects are below 32², medium ones below 96² square pixels. Near-duplicates are "
              + "found by a perceptual hash and verified at 16 x 16 pixels."),
          .element("p", [:], Markup("Made by Glimpse \(glimpseVersion)."))),
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
      .init("Errors", "\(check.count(.error))"), .init("Warnings", "\(check.count(.warning))"),
      .init("Images", "\(numbers.images)"), .init("Objects", "\(numbers.objects)"),
      .init("Classes", "\(check.classNames.count)"),
      .init("Objects / image", NumberFormat.decimal(perImage)),
      .init("Background", "\(numbers.backgrounds)"),
    ])
  }

  private var augmentedSection: Markup {
    guard !augmented.isEmpty else { return .none }
    var gallery = ImageGrid()
    for image in augmented {
      gallery.add(image, caption: Sentence.count(image.marks.count, "object"))
    }
    return Page.section(
      "Augmented training images", "The first images of a training, with their labels.",
      gallery.markup)
  }
}
