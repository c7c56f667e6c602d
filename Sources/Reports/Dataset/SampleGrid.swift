import Basics
import Datasets
import Imaging

/// Labeled images: first those with issues, then a random sample that covers all classes.
struct SampleGrid: Sendable {
  let check: DatasetCheck

  private static let most = 24
  private static let mostWithIssues = 12

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
      "Images with issues first, then a random sample that covers all classes.",
      gallery.markup)
  }

  private struct Choice {
    let split: String
    let sample: Sample
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
    for var choice in all where chosen.count < Self.mostWithIssues {
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

  /// Issues of images and label files by stem, without duplicates, which have their own section.
  private var issuesByName: [String: [String]] {
    let elsewhere: Set<DatasetIssue.Kind> = [.similarImage, .sharedImage, .repeatedImage]
    return Dictionary(
      grouping: check.issues.filter { !elsewhere.contains($0.kind) }, by: { Self.stem($0.file) }
    ).mapValues { $0.map(\.message) }
  }

  private static func stem(_ path: String) -> String {
    FilePath.stem(FilePath.name(path))
  }

  /// The thumbnail with boxes, or with the mask as an overlay.
  private func thumbnail(_ choice: Choice) throws -> AnnotatedThumbnail {
    let sample = choice.sample
    guard let mask = ClassMaskFile(of: sample, classCount: check.classNames.count) else {
      return try AnnotatedThumbnail(
        path: sample.imagePath,
        marks: sample.annotations.map { .labeled($0, of: check.classNames) })
    }
    return try AnnotatedThumbnail(
      MaskTint.image(sample.imagePath, mask: mask.plane()), name: sample.imagePath,
      width: sample.imageWidth, height: sample.imageHeight, marks: [])
  }
}

/// Overlays a mask on its image: pixels that are not 0 are tinted.
enum MaskTint {
  private static let opacity = 0.45
  // Orange, which is rare in photographs and micrographs.
  private static let color = [255.0, 140.0, 0.0]

  /// - Parameter mask: 8-bit gray.
  static func image(_ path: String, mask: Image) throws(ImagingError) -> Image {
    var image = try ImageFile.read(path).image
    for y in 0..<image.height {
      let row = y * mask.height / image.height * mask.width
      for x in 0..<image.width where mask.bytes[row + x * mask.width / image.width] != 0 {
        let pixel = (y * image.width + x) * 3
        for c in 0..<3 {
          image.bytes[pixel + c] = UInt8(
            Double(image.bytes[pixel + c]) * (1 - opacity) + color[c] * opacity)
        }
      }
    }
    return image
  }
}
