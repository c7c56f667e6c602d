import Glimpse

/// What `evaluate` says beyond the numbers: errors by kind, intervals, a page.
struct AnalysisOptions: Sendable {
  /// Where the page is written to.
  var reportPath: String?
  /// Whether errors are split by kind.
  var showsErrors = false
  /// Draws of images for intervals; without it none but on a page.
  var draws: Int?

  /// Draws for a page where none were asked for.
  static let usualDraws = 1000

  /// True where there is more to reckon than the numbers.
  var isWanted: Bool { reportPath != nil || showsErrors || draws != nil }

  private var options: BootstrapOptions? {
    guard draws != nil || reportPath != nil else { return nil }
    return BootstrapOptions(draws: draws ?? Self.usualDraws)
  }

  /// Refuses, before any work is done, what could not be written in the end.
  func check(runCount: Int) throws(CommandError) {
    guard let reportPath else { return }
    guard runCount <= 2 else {
      throw .usage("--report shows one result or compares two, not \(runCount)")
    }
    guard reportPath.lowercased().hasSuffix(".html") else {
      throw .usage("--report takes a file that ends in .html, not \(Sentence.quoted(reportPath))")
    }
    try ResultFolder.checkParent(of: reportPath)
  }

  /// Reckons, and writes the page.
  ///
  /// - Parameters:
  ///   - facts: what was scored, for the page.
  ///   - path: where the image of an image lies; nil where that is not known.
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
          (first.table, first.matches), (run.table, run.matches), options: options, tasks: tasks)
      }
    }
    if let reportPath {
      let page =
        if let options, analyses.count == 2, let paired = pairs.first {
          ComparisonPage(
            first: analyses[0], second: analyses[1], paired: paired, options: options,
            facts: facts
          ).text
        } else {
          EvaluationPage(
            analysis: analyses[0], facts: facts,
            gallery: WorstImages(
              analysis: analyses[0], confidence: analyses[0].bestConfidence
            ).thumbnails(path: path)
          ).text
        }
      try AtomicFile.write(page, to: reportPath)
    }
    return AnalysisText(
      analyses: analyses, pairs: pairs, showsErrors: showsErrors,
      showsIntervals: draws != nil)
  }
}

extension Option where Owner == Evaluate {
  /// The options for what is said beyond the numbers.
  static var explanation: [Option] {
    [
      .value(
        "report", \.explanation.reportPath, unit: "file",
        help: "Write a page (HTML) that shows curves, errors, classes and the worst images; of two "
          + "results it shows which is better"),
      .flag(
        "errors", \.explanation.showsErrors,
        help: "Tell what each kind of error costs: wrong class, bad box, missed and so on"),
      .value(
        "bootstrap", \.explanation.draws, .from(10, to: 1_000_000), unit: "draws",
        unset: "none; \(AnalysisOptions.usualDraws) for a report",
        help: "Tell in which range AP would lie on other images, by drawing images anew"),
    ]
  }
}
