import Glimpse

/// The report about a dataset.
struct CheckPage: Sendable {
  let check: DatasetCheck
  /// What a training would see; nil where it was not asked for.
  var augmented: AugmentedGrid?

  /// The whole file.
  var text: String {
    let name = check.path.split(separator: "/").last.map(String.init) ?? check.path
    let page = Page(
      title: "Check of \(name)",
      content: [
        PageHeader(eyebrow: "Dataset", title: name, facts: facts).markup,
        tiles,
        IssueSection(check: check).markup,
        DuplicateSection(check: check).markup,
        ClassBalanceSection(check: check).markup,
        BoxStatisticsSection(check: check).markup,
        SampleGrid(check: check).markup,
        AugmentedSection(sheet: augmented).markup,
        .element(
          "footer", [:],
          .element(
            "p", [:],
            "Small objects are below 32², medium ones below 96² square pixels. Images that look alike "
              + "are found by a perceptual hash and compared at 16 x 16 pixels."),
          .element("p", [:], Markup("Made by Glimpse \(glimpseVersion)."))),
      ])
    return page.text
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
      .init("Objects an image", NumberFormat.decimal(perImage)),
      .init("Without labels", "\(numbers.backgrounds)"),
    ])
  }
}
