import Glimpse

/// The additional outputs of `evaluate`: error analysis, confidence intervals, an HTML report.
struct AnalysisOptions: Sendable {
  var reportPath: String?
  var showsErrors = false
  /// Bootstrap resamples; nil for the default in a report, and for none otherwise.
  var resamples: Int?

  static let defaultResamples = 1000

  /// The bootstrap that was asked for; nil for none.
  var bootstrap: BootstrapOptions? {
    guard resamples != nil || reportPath != nil else { return nil }
    return BootstrapOptions(resamples: resamples ?? Self.defaultResamples)
  }

  /// Checks the report's path before any work is done.
  func check(runCount: Int) throws(CommandError) {
    guard reportPath == nil || runCount <= 2 else {
      throw .usage("--report takes one result or two to compare, not \(runCount)")
    }
    try ResultFolder.check(report: reportPath)
  }

  /// Analyzes the results and writes the report.
  ///
  /// - Parameters:
  ///   - facts: Names and values for the report's header, such as the dataset.
  ///   - isFirstNew: Whether the differences are those of the first result to the others; otherwise
  ///     they are those of the others to the first.
  ///   - path: The path of an image by its index; nil if it is unknown.
  func explain(
    _ runs: [EvaluationResult], facts: [(name: String, value: String)], tasks: any ParallelExecutor,
    isFirstNew: Bool = false, path: (_ image: Int) -> String?
  ) throws -> AnalysisText {
    guard bootstrap != nil || showsErrors else { return AnalysisText() }
    let analyses = runs.map { EvaluationAnalysis($0, bootstrap: bootstrap, tasks: tasks) }
    var pairs: [PairedBootstrap] = []
    if let bootstrap, let first = runs.first {
      pairs = try runs.dropFirst().map {
        try PairedBootstrap(
          isFirstNew ? $0 : first, isFirstNew ? first : $0, options: bootstrap, tasks: tasks)
      }
    }
    if let reportPath {
      let page =
        if analyses.count == 2, let paired = pairs.first {
          ComparisonReport(
            analyses[isFirstNew ? 1 : 0], analyses[isFirstNew ? 0 : 1], paired: paired, facts: facts
          ).html
        } else {
          EvaluationReport(analyses[0], facts: facts, imagePath: path).html
        }
      try AtomicFile.write(page, to: reportPath)
    }
    return AnalysisText(analyses: analyses, pairs: pairs, isFirstNew: isFirstNew, options: self)
  }
}
