import Foundation
import Glimpse

/// The shared part of `convert` and `split`: reads a dataset and writes it into a new folder.
struct DatasetWriting: Sendable {
  var data = ""
  /// The format of the dataset; nil to detect it.
  var source: DatasetFormat?
  /// The splits to read; empty for all.
  var splits: [String] = []
  /// The format to write; nil if it is not given.
  var format: DatasetFormat?
  var output: String?
  var images = DatasetWriter.ImageTransfer.copy
  var threads: Int?
  var printsJSON = false
  /// Whether invalid labels are skipped instead of ending the command.
  var skipsInvalid = false

  /// A summary of what was written and what was dropped.
  struct Report: Sendable {
    let folder: String
    let format: DatasetFormat
    let classNames: [String]
    let outcome: DatasetWriter.Outcome
    /// The number of issues with severity error: labels or images were dropped or changed.
    let errorCount: Int

    /// Annotations that the format cannot store, with their counts.
    private var dropped: [(kind: DroppedAnnotations, count: Int)] {
      DroppedAnnotations.allCases.compactMap { kind in
        outcome.losses[kind].map { (kind, $0) }
      }
    }

    /// Members of the label files that are not converted, with the number of their values.
    private var unread: [(key: String, value: Int)] {
      outcome.unread.counts.sorted { $0.key < $1.key }
    }

    private var splits: Table {
      var table = Table([.words("split", key: "name"), .numbers("images"), .numbers("objects")])
      for split in outcome.splits {
        table.add([.text(split.name), .integer(split.images), .integer(split.objects)])
      }
      return table
    }

    fileprivate var text: String {
      var text = splits.text
      for (kind, count) in dropped { text += "\(count) \(kind.rawValue)\(extent(of: kind))\n" }
      if !unread.isEmpty {
        let members = unread.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        text += "members that are not converted: \(Sentence.printable(members))\n"
      }
      if errorCount > 0 {
        text +=
          "labels or images were dropped or changed by \(Sentence.count(errorCount, "issue")) of the "
          + "dataset; \"glimpse check\" lists them\n"
      }
      return text
        + "\(Sentence.count(outcome.images, "image")) with "
        + "\(Sentence.count(outcome.objects, "object")) of "
        + "\(Sentence.count(classNames.count, "class", plural: "classes")) written to "
        + "\(Sentence.printable(folder)) as \(format.rawValue)\n"
    }

    private func extent(of kind: DroppedAnnotations) -> String {
      guard kind == .boxesOfSegmentations else { return "" }
      let shift = outcome.largestBoxShift
      return shift < 0.001
        ? " (largest shift below 0.001 px)"
        : " (largest shift \(NumberFormat.decimal(shift)) px)"
    }

    fileprivate var json: JSONValue {
      [
        "folder": .string(folder), "format": .string(format.rawValue),
        "images": .integer(outcome.images), "objects": .integer(outcome.objects),
        "classes": .array(classNames.map { .string($0) }),
        "splits": splits.json,
        "losses": .object(
          dropped.map { JSONMember(key: "\($0.kind)", value: .integer($0.count)) }),
        "unread": .object(
          unread.map { JSONMember(key: $0.key, value: .integer($0.value)) }),
        "largest_box_shift": .number(outcome.largestBoxShift), "errors": .integer(errorCount),
      ]
    }
  }

  /// The folder to write, checked before any work is done.
  func newFolder(of command: String) throws -> String {
    guard let output else {
      throw CommandError.usage("\(command) needs --output <folder>, a new folder")
    }
    try DatasetWriter.check(folder: output, data: data)
    return output
  }

  func read(
    _ index: ImageIndex, _ tasks: any ParallelExecutor, segmentations: Bool = true,
    on console: Console
  ) throws -> [Dataset] {
    var reading = DatasetReading(
      segmentations: segmentations, skipsInvalid: skipsInvalid, clipsBoxes: false,
      runner: OpeningProgress(tasks, on: console), images: index)
    reading.keepsSources = true
    return try Dataset.openAll(
      path: data, splits: splits.isEmpty ? nil : splits, format: source, reading: reading)
  }

  /// Writes a dataset into a new folder, or several versions of it such as folds, with progress,
  /// and prints a summary. Returns `someInputsFailed` if the dataset has errors.
  ///
  /// - Parameters:
  ///   - parts: The splits of each version.
  ///   - names: The subfolder of each version; an empty one is `folder` itself.
  ///   - data: The splits that were read, whose issues are reported.
  func write(
    _ parts: some Sequence<[Dataset]>, as names: [String], of data: [Dataset],
    in format: DatasetFormat, to folder: String, keepsSegmentations: Bool = true,
    on console: Console
  ) throws -> ExitCode {
    let issues = data.flatMap(\.issues)
    IssueReporter.report(issues, on: console)
    let imageCount = data.reduce(0) { $0 + $1.samples.count }
    var progress = ProgressReporter("Writing", total: names.count * imageCount, on: console)
    defer { progress.finish() }
    let outcomes = try Interruption.whileFinishing {
      try DatasetWriter(
        format: format, images: images, keepsSegmentations: keepsSegmentations
      ).write(
        zip(names, parts).lazy.map { (folder: $0, splits: $1) }, to: folder
      ) {
        progress.advance()
        try Interruption.check()
      }
    }
    let errorCount = issues.count { $0.kind.severity == .error }
    for (name, outcome) in zip(names, outcomes) {
      let report = Report(
        folder: name.isEmpty ? folder : "\(folder)/\(name)", format: format,
        classNames: data.first?.classNames ?? [], outcome: outcome, errorCount: errorCount)
      try console.write(report.text, json: report.json, asJSON: printsJSON)
    }
    return errorCount > 0 ? .someInputsFailed : .done
  }
}
