/// Runs numbered tasks, on several threads where its maker has them.
///
/// Modules that do not know Engine's pool take one of these, so that threads are made in one
/// place only. Tasks are cut by the data alone and each makes a result of its own, so results do
/// not depend on the threads.
package struct ParallelExecutor: Sendable {
  /// Runs `body(0) ... body(count - 1)`, each once, and returns when all have ended.
  package typealias Loop = @Sendable (_ count: Int, _ body: (Int) -> Void) -> Void

  private let loop: Loop

  /// Makes a runner of a loop that may run its tasks at the same time and in any order.
  package init(_ loop: @escaping Loop) {
    self.loop = loop
  }

  /// One task after the other on the caller's thread.
  package static let serial = ParallelExecutor { count, body in
    for index in 0..<count { body(index) }
  }

  /// The results of `body(0) ... body(count - 1)`, in that order.
  package func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = buffer.baseAddress
      // Each task writes to its own place, and the loop returns when all have.
      loop(count) { index in
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
