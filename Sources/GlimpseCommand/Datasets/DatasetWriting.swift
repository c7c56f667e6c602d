import Foundation
import Glimpse

/// Writes a dataset with progress, and says what came of it.
struct DatasetWriting: Sendable {
  let format: DatasetFormat
  let images: DatasetWriter.ImageTransfer

  /// What was written, and what was not.
  struct Report: Sendable {
    let folder: String
    let format: DatasetFormat
    let classNames: [String]
    let outcome: DatasetWriter.Outcome
    /// Flaws because of which something is missing.
    let errorCount: Int

    /// What was lost, most severe first.
    private var losses: [(loss: DroppedAnnotations, count: Int)] {
      DroppedAnnotations.allCases.compactMap { loss in
        outcome.losses[loss].map { (loss, $0) }
      }
    }

    /// For people.
    fileprivate var text: String {
      var table = TextTable([
        .init("split", .left), .init("images"), .init("objects"),
      ])
      for split in outcome.splits {
        table.add(split.name, "\(split.images)", "\(split.objects)")
      }
      var text = table.text
      for (loss, count) in losses { text += "\(count) \(loss.rawValue)\(extent(of: loss))\n" }
      if errorCount > 0 {
        text +=
          "labels or images were dropped or changed by \(Sentence.count(errorCount, "issue")) of the "
          + "dataset; \"glimpse check\" lists them\n"
      }
      return text
        + "\(Sentence.count(outcome.images, "image")) and "
        + "\(Sentence.count(outcome.objects, "object")) of "
        + "\(Sentence.count(classNames.count, "class", plural: "classes")) are in "
        + "\(Sentence.printable(folder)), as \(format.rawValue)\n"
    }

    /// How much was lost, where it has a measure.
    private func extent(of loss: DroppedAnnotations) -> String {
      guard loss == .boxesOfSegmentations else { return "" }
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
        "splits": .array(
          outcome.splits.map {
            [
              "name": .string($0.name), "images": .integer($0.images),
              "objects": .integer($0.objects),
            ]
          }),
        "losses": .object(
          losses.map { JSONMember(key: "\($0.loss)", value: .integer($0.count)) }),
        "largest_box_shift": .number(outcome.largestBoxShift), "errors": .integer(errorCount),
      ]
    }
  }

  /// Says what was written, and gives what it means for scripts.
  static func tell(
    _ reports: [Report], asJSON: Bool, on console: Console
  ) throws -> ExitCode {
    for report in reports {
      try asJSON ? console.print(report.json.line) : console.write(report.text)
    }
    return reports.contains { $0.errorCount > 0 } ? .someInputsFailed : .done
  }

  /// Writes a dataset into a new folder, in one way or in several.
  ///
  /// - Parameters:
  ///   - parts: The splits to write, for each way; together they hold all of `data`.
  ///   - names: The folder of each way, below `folder`; an empty one is `folder` itself.
  ///   - data: The splits as they were read, whose issues are told.
  func write(
    _ parts: some Sequence<[Dataset]>, as names: [String], of data: [Dataset], to folder: String,
    on console: Console
  ) throws -> [Report] {
    var notes = IssueReporter(on: console)
    let issues = data.flatMap(\.issues)
    for issue in issues { notes.add(issue.description) }
    notes.finish()
    var progress = ProgressReporter(
      "Writing", unit: "images", total: names.count * data.reduce(0) { $0 + $1.samples.count },
      on: console)
    defer { progress.finish() }
    let outcomes = try DatasetWriter(
      format: format, images: images,
      workingFolder: FileManager.default.currentDirectoryPath
    ).write(
      zip(names, parts).lazy.map { (folder: $0, splits: $1) }, to: folder
    ) {
      progress.advance()
      try Interruption.check()
    }
    return zip(names, outcomes).map { name, outcome in
      Report(
        folder: name.isEmpty ? folder : "\(folder)/\(name)", format: format,
        classNames: data.first?.classNames ?? [], outcome: outcome,
        errorCount: issues.count { $0.kind.severity == .error })
    }
  }
}
