import Glimpse

/// Reports a training: one line per epoch, on terminals also a progress line.
struct TrainingReporter {
  private let console: Console
  private var issues: IssueReporter
  private var epochs = 0
  private var patience = 0
  private var skippedLabels = 0
  private var secondsLeft = 0.0
  private var nextReport = 0.0

  private static let redrawInterval = 0.1
  /// The fraction of time spent waiting for data from which on more workers are suggested.
  private static let noticeableWait = 0.1

  init(on console: Console) {
    self.console = console
    issues = IssueReporter(on: console)
  }

  mutating func observe(_ event: TrainingEvent) {
    switch event {
    case .issue(let sentence): issues.add(sentence)
    case .started(let summary): start(summary)
    case .step(let report):
      secondsLeft = report.secondsLeft
      let epochs = epochs
      showProgress {
        "Epoch \(report.epoch + 1)/\(epochs): step \(report.step), "
          + "\(NumberFormat.duration(report.secondsLeft)) left, "
          + "\(NumberFormat.decimal(report.imagesPerSecond)) images/s, \(Self.text(report.losses))"
      }
    case .validating(let images, let total):
      showProgress { "Validating: \(images)/\(total) images" }
    case .epoch(let report): end(report)
    }
  }

  private mutating func start(_ summary: TrainingSummary) {
    issues.finish()
    epochs = summary.config.epochs
    patience = summary.config.patience
    skippedLabels = summary.skippedLabels
    if skippedLabels > 0 {
      console.warn(
        "\(Sentence.count(skippedLabels, "invalid label")) skipped; \"glimpse check\" lists all")
    }
    console.note(
      "Training \(summary.config.model) with \(summary.parameterCount) parameters on "
        + "\(Sentence.count(summary.trainingImages, "image")) of "
        + "\(Sentence.count(summary.classNames.count, "class", plural: "classes")), "
        + "validating on \(summary.validationImages)")
    for remark in summary.remarks { console.note(Sentence.printable(remark)) }
    if let text = summary.initialization {
      console.note(Sentence.printable(text))
    }
    if summary.frozenParameterCount > 0, let patterns = summary.config.freeze {
      console.note(
        "Frozen: \(summary.frozenParameterCount) of \(summary.parameterCount) parameters "
          + "(\(Sentence.printable(patterns)))")
    }
    console.note(
      "\(Sentence.count(epochs, "epoch")) of "
        + "\(Sentence.count(summary.stepsPerEpoch, "step")) with batch size \(summary.batch), about "
        + "\(NumberFormat.bytes(summary.memory)) of memory, "
        + "\(Sentence.count(summary.threads, "thread")), into \(Sentence.printable(summary.folder))"
    )
    console.note("Recipe: " + summary.config.recipeText)
    if summary.firstEpoch > 0, summary.firstEpoch < epochs {
      console.note("Resuming from epoch \(summary.firstEpoch + 1)")
    }
  }

  private mutating func end(_ report: EpochReport) {
    issues.finish()
    var parts = [Self.text(report.losses)]
    if let metrics = report.validation?.metrics {
      parts += metrics.map { "\($0.name) \(Table.Value.fraction($0.value).text)" }
      if report.isBest { parts[parts.count - 1] += " (best)" }
    }
    parts.append("\(NumberFormat.decimal(report.imagesPerSecond)) images/s")
    if report.dataWaitFraction >= Self.noticeableWait {
      let percent = Int((report.dataWaitFraction * 100).rounded())
      parts.append("data loading \(percent) % of the time (raise --workers)")
    }
    if report.epoch + 1 < epochs { parts.append("\(NumberFormat.duration(secondsLeft)) left") }
    console.note("Epoch \(report.epoch + 1)/\(epochs): " + parts.joined(separator: ", "))
  }

  /// Prints a warning about the results.
  mutating func warn(_ sentence: String) {
    console.endProgress()
    issues.finish()
    console.warn(Sentence.printable(sentence))
  }

  /// Prints the summary on standard output; throws for an interrupted training.
  ///
  /// - Parameter report: The path of the report; nil if there is none.
  mutating func finish(_ outcome: TrainingOutcome, report: String?) throws -> ExitCode {
    console.endProgress()
    issues.finish()
    let folder = Sentence.printable(outcome.folder)
    if outcome.ending == .interrupted {
      throw CommandError(
        "interrupted after \(Sentence.count(outcome.steps, "step")); "
          + "resume with 'glimpse train --resume \(folder)'", exitCode: .interrupted)
    }
    if outcome.ending == .earlyStopped {
      console.note(
        "Early stopping: no better \(outcome.metric) in \(Sentence.count(patience, "validation")) "
          + "(--patience)")
    }
    if let table = outcome.validation?.table {
      let note = outcome.validation?.tableNote.map { "; " + $0 } ?? ""
      try console.write("Validation of the best weights (split val\(note)):\n" + table.text + "\n")
    }
    let files = try RunFolder(existing: outcome.folder)
    let best = outcome.best.map {
      " (epoch \($0.epoch + 1), \(outcome.metric) \(Table.Value.fraction($0.metric).text))"
    }
    var table = Table(facts: [
      "best weights": .text(files.bestWeights + (best ?? "")),
      "last weights": .text(files.lastWeights), "results": .text(files.results),
    ])
    if let report { table.add(["report", .text(report)]) }
    try console.write(table.text)
    return skippedLabels > 0 ? .someInputsFailed : .done
  }

  /// "loss 1.2 (box 0.9, cls 0.3)".
  private static func text(_ losses: [NamedValue]) -> String {
    let total = losses.reduce(0) { $0 + $1.value }
    let terms = losses.map { "\($0.name) \(NumberFormat.decimal($0.value))" }
    return "loss \(NumberFormat.decimal(total)) (\(terms.joined(separator: ", ")))"
  }

  private mutating func showProgress(_ text: () -> String) {
    guard console.diagnostics.isTerminal else { return }
    let now = monotonicSeconds()
    guard now >= nextReport else { return }
    nextReport = now + Self.redrawInterval
    console.showProgress(text())
  }
}
