/// Runs numbered tasks, possibly on several threads.
///
/// Modules that do not import Engine take one of these, so that threads are started in one place
/// only. Tasks are cut by the data alone and each writes a result of its own, so results do not
/// depend on the number of threads.
public protocol ParallelExecutor {
  /// Runs `body(0) ... body(count - 1)`, each once, in any order, and returns when all have ended.
  func run(_ count: Int, _ body: (Int) -> Void)
}

/// Runs one task after the other on the caller's thread.
public struct SequentialExecutor: ParallelExecutor, Sendable {
  /// Runs `body(0) ... body(count - 1)` in this order.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}

extension ParallelExecutor where Self == SequentialExecutor {
  /// Runs on the caller's thread.
  public static var serial: SequentialExecutor { SequentialExecutor() }
}

extension ParallelExecutor {
  /// The results of `body(0) ... body(count - 1)`, in that order.
  public func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = buffer.baseAddress
      run(count) { index in
        if let target { (target + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }

  /// The results for `parts` nearly equal parts of `0..<count`, in order; fewer where `count` is.
  package func mapParts<Result>(
    of count: Int, parts: Int, _ body: (Range<Int>) -> Result
  ) -> [Result] {
    let parts = max(1, min(parts, count))
    return map(parts) { part in body(count * part / parts..<count * (part + 1) / parts) }
  }
}
