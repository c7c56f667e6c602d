import Glimpse

/// Writes a data set with progress, and says what came of it.
struct DatasetWriting: Sendable {
  let format: DatasetFormat
  let pictures: DatasetWriter.Pictures

  /// What was written, and what was not.
  struct Report: Sendable {
    let folder: String
    let format: DatasetFormat
    let splits: [Dataset]
    let outcome: DatasetWriter.Outcome
    /// Flaws because of which something is missing.
    let errorCount: Int

    var exitCode: ExitCode { errorCount > 0 ? .someInputsFailed : .done }

    /// What was lost, most severe first.
    private var losses: [(loss: LabelLoss, count: Int)] {
      LabelLoss.allCases.compactMap { loss in
        outcome.losses[loss].map { (loss, $0) }
      }
    }

    /// For people.
    var text: String {
      var table = TextTable([
        .init("split", .left), .init("pictures"), .init("objects"),
      ])
      for split in splits {
        table.add(split.split, "\(split.samples.count)", "\(split.annotationCount)")
      }
      var text = table.text
      for (loss, count) in losses { text += "\(count) \(loss.rawValue)\n" }
      return text
        + "\(Sentence.count(outcome.pictures, "picture")) and "
        + "\(Sentence.count(outcome.objects, "object")) of "
        + "\(Sentence.count(splits.first?.classNames.count ?? 0, "class", plural: "classes")) are in "
        + "\(Sentence.printable(folder)), as \(format.rawValue)\n"
    }

    var json: JSONValue {
      [
        "folder": .string(folder), "format": .string(format.rawValue),
        "pictures": .integer(outcome.pictures), "objects": .integer(outcome.objects),
        "classes": .array((splits.first?.classNames ?? []).map { .string($0) }),
        "splits": .array(
          splits.map {
            [
              "name": .string($0.split), "pictures": .integer($0.samples.count),
              "objects": .integer($0.annotationCount),
            ]
          }),
        "losses": .object(
          losses.map { JSONMember(key: "\($0.loss)", value: .integer($0.count)) }),
        "errors": .integer(errorCount),
      ]
    }
  }

  /// Writes splits of one data set into a new folder, and tells the flaws met on the way.
  func write(
    _ splits: [Dataset], to folder: String, on console: Console
  ) throws -> Report {
    var notes = ProblemNotes(on: console)
    let problems = splits.flatMap(\.problems)
    for problem in problems { notes.add(problem.description) }
    notes.finish()
    var progress = ProgressReporter(
      "Writing", unit: "pictures", total: splits.reduce(0) { $0 + $1.samples.count },
      on: console)
    defer { progress.finish() }
    let outcome = try DatasetWriter(format: format, pictures: pictures).write(
      splits, to: folder
    ) {
      progress.advance()
      try Interruption.check()
    }
    return Report(
      folder: folder, format: format, splits: splits, outcome: outcome,
      errorCount: problems.count { $0.kind.severity == .error })
  }
}
