import Glimpse

/// The extra metrics of one or several runs, for people and for scripts.
struct ExtraText {
  private let runs: [(name: String, classNames: [String], results: [ExtraResult])]

  /// Reckons the metrics of each run.
  init(_ metrics: [ExtraMetric], of runs: [EvaluationResult], tasks: any ParallelExecutor) {
    // A word given twice is one wish.
    let wanted = ExtraMetric.allCases.filter { metrics.contains($0) }
    self.runs = runs.map { run in
      (run.name, run.table.classNames, wanted.map { $0.result(run, tasks: tasks) })
    }
  }

  /// Tables to print below the others.
  var tables: String {
    runs.enumerated().map { place, run in
      let tables = run.results.map { "\n" + $0.table(classNames: run.classNames) }.joined()
      let heading = runs.count > 1 ? "\n(\(place + 1)) \(Sentence.printable(run.name))\n" : ""
      return tables.isEmpty ? "" : heading + tables
    }.joined()
  }

  /// Members for a run's object.
  func members(run: Int) -> [JSONMember] {
    runs[run].results.map { $0.member(classNames: runs[run].classNames) }
  }
}
