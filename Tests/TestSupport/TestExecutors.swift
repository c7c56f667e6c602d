import Basics
import Dispatch

/// Runs the last task first.
package struct ReversedExecutor: ParallelExecutor, Sendable {
  package init() {}

  package func run(_ count: Int, _ body: (Int) -> Void) {
    for index in (0..<count).reversed() { body(index) }
  }
}

/// Runs all tasks at the same time, as far as the machine has processors.
package struct ConcurrentExecutor: ParallelExecutor, Sendable {
  package init() {}

  package func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }
  }
}
