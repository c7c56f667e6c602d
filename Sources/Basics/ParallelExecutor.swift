/// Runs numbered tasks, possibly on several threads.
///
/// Modules that do not import Engine take an executor as an argument, so that only Engine starts
/// threads. The partition into tasks depends only on the data, and each task writes its own result,
/// so results do not depend on the number of threads.
public protocol ParallelExecutor {
  /// Calls `body(0) ... body(count - 1)`, each once, in any order, and returns when all have ended.
  func run(_ count: Int, _ body: (Int) -> Void)
}

/// Runs tasks one after the other on the calling thread.
public struct SequentialExecutor: ParallelExecutor, Sendable {
  /// Calls `body(0) ... body(count - 1)` in this order.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    for index in 0..<count { body(index) }
  }
}

extension ParallelExecutor where Self == SequentialExecutor {
  /// An executor that runs all tasks on the calling thread.
  public static var serial: SequentialExecutor { SequentialExecutor() }
}

extension ParallelExecutor {
  /// Calls `body(0) ... body(count - 1)` in parallel and returns the results in index order.
  public func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = buffer.baseAddress
      run(count) { index in
        if let target { (target + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }

  /// Splits `0..<count` into at most `parts` nearly equal ranges; returns their results in order.
  package func mapParts<Result>(
    of count: Int, parts: Int, _ body: (Range<Int>) -> Result
  ) -> [Result] {
    let parts = max(1, min(parts, count))
    return map(parts) { part in body(count * part / parts..<count * (part + 1) / parts) }
  }
}
