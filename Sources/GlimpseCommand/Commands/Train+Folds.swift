import Glimpse

extension Train {
  /// Trains all folds of a cross-validation, and prints the metrics of each, their mean and their
  /// standard deviation.
  func crossValidate(
    opening: (any ParallelExecutor) -> any ParallelExecutor, on console: Console
  ) throws -> ExitCode {
    let validation =
      if let resumed {
        try CrossValidation(resuming: resumed, change: { $0 = config }, opening: opening)
      } else {
        try CrossValidation(config, opening: opening)
      }
    var reporter = TrainingReporter(on: console)
    var current = 0
    let outcome = try Interruption.whileFinishing {
      try validation.run(
        observe: { fold, event in
          if fold != current {
            console.endProgress()
            console.note("Fold \(fold)/\(validation.count)")
            (reporter, current) = (TrainingReporter(on: console), fold)
          }
          reporter.observe(event)
        }, isInterrupted: { Interruption.isRequested })
    }
    console.endProgress()
    let folder = Sentence.printable(validation.folder)
    if outcome.isInterrupted {
      throw CommandError(
        "interrupted\(current > 0 ? " in fold \(current)" : ""); "
          + "resume with 'glimpse train --resume \(folder)'", exitCode: .interrupted)
    }
    try console.write(
      "Validation of the best weights of each fold:\n" + outcome.table.text
        + Table(facts: ["results": .text(validation.folder + "/folds.csv")]).text)
    return outcome.skippedLabels > 0 ? .someInputsFailed : .done
  }
}
