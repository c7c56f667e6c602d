import Basics
import Datasets

extension DatasetCheck {
  /// A table with one row per split: images, objects, and objects by size.
  package var splitTable: Table {
    var table = Table([
      .words("split", key: "name"), .numbers("images"), .numbers("objects"),
      .numbers("background", key: "without_labels"), .numbers("small"), .numbers("medium"),
      .numbers("large"), .hidden("turned_by_exif"),
    ])
    for split in splits {
      let numbers = split.statistics
      let areas: [Table.Value] =
        numbers.areas.total == numbers.objects
        ? numbers.areas.counts.map { .integer($0) } : Array(repeating: .missing, count: 3)
      table.add(
        [.text(split.dataset.split)]
          + [numbers.images, numbers.objects, numbers.backgrounds].map { .integer($0) } + areas
          + [.integer(split.turnedImages)])
    }
    return table
  }

  /// A table with one row per class: its objects in each split.
  package var classTable: Table {
    let counts = ClassCounts(splits.map(\.statistics), classNames: classNames)
    let hasTotal = splits.count > 1
    var table = Table(
      [.words(counts.areObjects ? "class" : "images with", key: "name")]
        + splits.map { .numbers($0.dataset.split) }
        + (hasTotal ? [.shown("all")] : []))
    for row in counts.rows {
      table.add(
        [.text(row.name)] + row.counts.map { .integer($0) }
          + (hasTotal ? [.integer(row.total)] : []))
    }
    return table
  }

  /// A table with one row per class of masks, and rows of the background and of ignored pixels: images
  /// and pixels, and the fraction of all pixels; nil if no masks were decoded.
  package var maskTable: Table? {
    guard !total.classPixels.isEmpty else { return nil }
    var table = Table([
      .words("mask", key: "name"), .numbers("images"), .numbers("pixels"), .numbers("fraction"),
    ])
    let all = total.classPixels.reduce(total.backgroundPixels + total.ignoredPixels, +)
    func add(_ name: String, images: Int?, pixels: Int) {
      table.add([
        .text(name), images.map { .integer($0) } ?? .missing, .integer(pixels),
        .number(Double(pixels) / Double(max(all, 1)), digits: 4),
      ])
    }
    add("background", images: nil, pixels: total.backgroundPixels)
    for (index, name) in classNames.enumerated() {
      add(name, images: total.classImages[index], pixels: total.classPixels[index])
    }
    if total.ignoredPixels > 0 { add("ignored", images: nil, pixels: total.ignoredPixels) }
    return table
  }

  /// A table with one row per issue.
  package var issueTable: Table {
    var table = Table(["severity", "kind", "file", "line", "message"].map { .words($0) })
    for issue in issues {
      table.add([
        .text(issue.kind.severity.rawValue), .text(issue.kind.rawValue), .text(issue.file),
        issue.line.map { .integer($0) } ?? .missing, .text(issue.message),
      ])
    }
    return table
  }
}

/// The number of objects per class and split; of images, if the dataset has no objects.
struct ClassCounts {
  /// One row per class, in the order of the dataset, with one count per split.
  let rows: [(name: String, counts: [Int], total: Int)]
  let areObjects: Bool

  /// - Parameter splits: The statistics of each split.
  init(_ splits: [DatasetStatistics], classNames: [String]) {
    let areObjects = splits.contains { $0.objects > 0 }
    let counts = splits.map { areObjects ? $0.classObjects : $0.classImages }
    self.areObjects = areObjects
    rows = classNames.enumerated().map { index, name in
      let counts = counts.map { $0[index] }
      return (name, counts, counts.reduce(0, +))
    }
  }
}
