import Glimpse

/// Tells how a training goes: a line an epoch, on terminals also a line that is rewritten.
struct TrainingReporter {
  private let console: Console
  private var issues: IssueReporter
  private var epoch = ""
  private var secondsLeft = 0.0
  private var nextReport = 0.0

  private static let redrawInterval = 0.1
  /// A share of the time from which more workers may help.
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
      epoch = "Epoch \(report.epoch + 1)/\(report.epochs)"
      secondsLeft = report.secondsLeft
      showProgress {
        "\(report.step)/\(report.steps) steps, \(Self.losses(report.losses.box, report.losses.classification)), "
          + "\(NumberFormat.decimal(report.imagesPerSecond)) images/s, "
          + "\(NumberFormat.duration(report.secondsLeft)) left"
      }
    case .validating(let images, let total):
      showProgress { "validating, \(images)/\(total) images" }
    case .epoch(let report): end(report)
    }
  }

  private mutating func start(_ summary: TrainingSummary) {
    issues.finish()
    console.note(
      "Training \(summary.model) with \(summary.parameterCount) parameters on "
        + "\(Sentence.count(summary.trainingImages, "image")) of "
        + "\(summary.classNames.count) \(summary.classNames.count == 1 ? "class" : "classes"), "
        + "\(summary.validationImages) to validate on")
    console.note(
      "\(Sentence.count(summary.epochs, "epoch")) of \(Sentence.count(summary.stepsPerEpoch, "step")) "
        + "of \(Sentence.count(summary.batch, "image")), about "
        + "\(NumberFormat.bytes(summary.memory)) of memory, \(summary.optimizer.rawValue), learning rate \(summary.learningRate), "
        + "\(Sentence.count(summary.threads, "thread")), into \(Sentence.printable(summary.folder))"
    )
    if summary.firstEpoch > 0 {
      console.note("Going on after \(Sentence.count(summary.firstEpoch, "epoch"))")
    }
  }

  private mutating func end(_ report: EpochReport) {
    issues.finish()
    let row = report.row
    var parts = [Self.losses(row.boxLoss, row.classLoss)]
    if let ap50 = row.ap50, let ap = row.ap {
      parts.append(
        "AP50 \(ReportText.fraction(ap50)), AP50-95 \(ReportText.fraction(ap))"
          + (report.isBest ? " (best)" : ""))
    }
    parts.append("\(NumberFormat.decimal(row.imagesPerSecond)) images/s")
    if let share = row.dataWaitFraction, share >= Self.noticeableWait {
      parts.append("\(Int((share * 100).rounded())) % of the time waiting for images (--workers)")
    }
    if row.epoch < report.epochs { parts.append("\(NumberFormat.duration(secondsLeft)) left") }
    console.note("Epoch \(row.epoch)/\(report.epochs): " + parts.joined(separator: ", "))
  }

  /// Sums up on standard output; an interruption becomes an error that tells how to go on.
  mutating func finish(_ outcome: TrainingOutcome) throws -> ExitCode {
    console.endProgress()
    issues.finish()
    let folder = Sentence.printable(outcome.folder)
    if outcome.ending == .interrupted {
      throw CommandError(
        "interrupted after \(Sentence.count(outcome.steps, "step")); "
          + "'glimpse train --resume \(folder)' goes on from there", exitCode: .interrupted)
    }
    if outcome.ending == .earlyStopped {
      console.note("AP has not improved for a while (--patience): training stops early")
    }
    if let report = outcome.report { try console.write(ReportText.table(report) + "\n") }
    let files = try RunFolder(existing: outcome.folder)
    let best = outcome.best.map {
      " (epoch \($0.epoch + 1), AP50-95 \(ReportText.fraction($0.ap)))"
    }
    try console.write(
      FactTable([
        .init("best weights", Sentence.printable(files.bestWeights) + (best ?? "")),
        .init("last weights", Sentence.printable(files.lastWeights)),
        .init("results", Sentence.printable(files.results)),
      ]).text)
    return .done
  }

  private static func losses(_ box: Double, _ classification: Double) -> String {
    "loss \(NumberFormat.decimal(box + classification)) "
      + "(box \(NumberFormat.decimal(box)), class \(NumberFormat.decimal(classification)))"
  }

  private mutating func showProgress(_ text: () -> String) {
    guard console.diagnostics.isTerminal else { return }
    let now = monotonicSeconds()
    guard now >= nextReport else { return }
    nextReport = now + Self.redrawInterval
    console.showProgress("\(epoch): \(text())")
  }
}
