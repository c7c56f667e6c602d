import Basics
import Engine
import Imaging

extension ParallelExecutor {
  /// Runs tasks on a pool; not to be used inside a region of the same pool.
  package init(_ pool: ThreadPool) {
    self.init { count, body in pool.run(count) { index in body(index) } }
  }
}
