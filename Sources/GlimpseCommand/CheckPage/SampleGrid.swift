import Glimpse

/// Labeled images, those with issues first, then such that all classes are to be seen.
struct SampleGrid: Sendable {
  let check: DatasetCheck

  /// Images that are shown.
  private static let most = 24
  /// Of them images with issues at most.
  private static let mostFlawed = 12

  var markup: Markup {
    var gallery = ImageGrid()
    for choice in choices() {
      guard let thumbnail = try? thumbnail(choice) else { continue }
      var parts = [choice.split]
      if let index = choice.sample.imageClass {
        parts.append(check.classNames[index])
      } else if choice.sample.maskPath == nil {
        parts.append(Sentence.count(choice.sample.annotations.count, "object"))
      }
      gallery.add(
        thumbnail,
        caption: parts.joined(separator: ", ")
          + (choice.issues.isEmpty ? "" : ": \(choice.issues)"))
    }
    if gallery.isEmpty { return .none }
    return Page.section(
      "Labeled images",
      "Images with issues first; the others are drawn so that every class is to be seen.",
      gallery.markup)
  }

  /// An image that is shown.
  private struct Choice {
    let split: String
    let sample: Sample
    /// What is wrong with it or its labels.
    var issues = ""
  }

  private func choices() -> [Choice] {
    var generator = SeededGenerator(seed: 0)
    let all = check.splits.flatMap { split in
      split.dataset.samples.map { Choice(split: split.dataset.split, sample: $0) }
    }.shuffled(using: &generator)
    let issues = issuesByName
    var chosen: [Choice] = []
    var names: Set<String> = []
    var covered: Set<Int> = []
    func take(_ choice: Choice) {
      guard names.insert(choice.sample.imagePath).inserted else { return }
      chosen.append(choice)
      covered.formUnion(classes(choice))
    }
    for var choice in all where chosen.count < Self.mostFlawed {
      guard let found = issues[Self.stem(choice.sample.imagePath)] else { continue }
      choice.issues = found.prefix(2).joined(separator: " ")
      take(choice)
    }
    for choice in all where chosen.count < Self.most {
      if !covered.isSuperset(of: classes(choice)) { take(choice) }
    }
    for choice in all where chosen.count < Self.most {
      let isLabeled =
        !choice.sample.annotations.isEmpty || choice.sample.imageClass != nil
        || choice.sample.maskPath != nil
      if isLabeled { take(choice) }
    }
    return chosen
  }

  private func classes(_ choice: Choice) -> Set<Int> {
    Set(choice.sample.annotations.map(\.classIndex) + [choice.sample.imageClass].compactMap(\.self))
  }

  /// What is wrong with images and label files, by their names without folder and ending; what two
  /// images have in common is shown elsewhere.
  private var issuesByName: [String: [String]] {
    let elsewhere: Set<DatasetIssue.Kind> = [.similarImage, .sharedImage, .repeatedImage]
    return Dictionary(
      grouping: check.issues.filter { !elsewhere.contains($0.kind) }, by: { Self.stem($0.file) }
    ).mapValues { $0.map(\.message) }
  }

  private static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
  }

  /// The image with its boxes, or with its mask in a color.
  private func thumbnail(_ choice: Choice) throws -> AnnotatedThumbnail {
    let sample = choice.sample
    guard let maskPath = sample.maskPath else {
      return try AnnotatedThumbnail(
        path: sample.imagePath,
        marks: sample.annotations.map { .labeled($0, of: check.classNames) })
    }
    return try AnnotatedThumbnail(
      MaskTint.image(sample.imagePath, mask: maskPath), name: sample.imagePath,
      width: sample.imageWidth, height: sample.imageHeight, marks: [])
  }
}

extension AnnotatedThumbnail.Mark {
  /// The box of a labeled object, in the color of its class.
  static func labeled(_ annotation: Annotation, of classNames: [String]) -> Self {
    AnnotatedThumbnail.Mark(
      style: "series-\(annotation.classIndex % 8 + 1)",
      isDashed: annotation.isCrowd || annotation.isDifficult, box: annotation.box,
      label: classNames[annotation.classIndex], weight: annotation.box.area)
  }
}
