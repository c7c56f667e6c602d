import Glimpse

/// What `evaluate` adds to the metrics: error analysis, confidence intervals, an HTML report.
struct AnalysisOptions: Sendable {
  var reportPath: String?
  var showsErrors = false
  /// Bootstrap resamples; nil for none but those of a report.
  var resamples: Int?

  static let defaultResamples = 1000

  var isWanted: Bool { reportPath != nil || showsErrors || resamples != nil }

  private var options: BootstrapOptions? {
    guard resamples != nil || reportPath != nil else { return nil }
    return BootstrapOptions(resamples: resamples ?? Self.defaultResamples)
  }

  /// Checks the report's path before any work is done.
  func check(runCount: Int) throws(CommandError) {
    guard let reportPath else { return }
    guard runCount <= 2 else {
      throw .usage("--report takes one result or two to compare, not \(runCount)")
    }
    guard reportPath.lowercased().hasSuffix(".html") else {
      throw .usage("--report takes a file that ends in .html, not \(Sentence.quoted(reportPath))")
    }
    try ResultFolder.checkParent(of: reportPath)
  }

  /// Analyzes the results and writes the report.
  ///
  /// - Parameters:
  ///   - facts: What was evaluated, for the report.
  ///   - path: The path of an image; nil where it is not known.
  func explain(
    _ runs: [EvaluationResult], facts: [(name: String, value: String)], tasks: any ParallelExecutor,
    path: (_ image: Int) -> String?
  ) throws -> AnalysisText {
    guard isWanted else { return AnalysisText() }
    let analyses = runs.map { EvaluationAnalysis($0, bootstrap: options, tasks: tasks) }
    var pairs: [PairedBootstrap] = []
    if let options, let first = runs.first {
      pairs = try runs.dropFirst().map { run in
        try PairedBootstrap(
          first, run, options: options, tasks: tasks)
      }
    }
    if let reportPath {
      let page =
        if let options, analyses.count == 2, let paired = pairs.first {
          ComparisonReport(
            analyses[0], analyses[1], paired: paired, options: options, facts: facts
          ).html
        } else {
          EvaluationReport(analyses[0], facts: facts, imagePath: path).html
        }
      try AtomicFile.write(page, to: reportPath)
    }
    return AnalysisText(
      analyses: analyses, pairs: pairs, showsErrors: showsErrors,
      showsIntervals: resamples != nil)
  }
}

extension Option where Owner == Evaluate {
  /// The options of the analysis.
  static var explanation: [Option] {
    [
      .value(
        "report", \.explanation.reportPath, unit: "file",
        help: "Write an HTML report with curves, errors, classes and the worst images, or of two "
          + "results a comparison"),
      .flag(
        "errors", \.explanation.showsErrors,
        help: "Report the AP50 lost per error type (TIDE): classification, localization and so on"),
      .value(
        "bootstrap", \.explanation.resamples, .from(10, to: 1_000_000), unit: "resamples",
        unset: "none; \(AnalysisOptions.defaultResamples) for a report",
        help: "Report bootstrap 95 % confidence intervals of AP"),
    ]
  }
}
