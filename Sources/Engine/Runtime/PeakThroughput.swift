/// Measures the peak arithmetic throughput of this machine: multiply-adds in registers only.
package enum PeakThroughput {
  /// The number of measurements; the best one counts, because other programs only lower the result.
  private static let repetitions = 8
  /// Operations per task, about a millisecond on a fast core.
  private static let taskOperations = 1 << 28
  /// Tasks per thread; more than one, so that a thread that starts late costs little.
  private static let tasksPerThread = 8

  /// The peak in FLOP/s (a multiply-add counts as two), on all threads of a pool and in the
  /// kernels' precision.
  ///
  /// Takes some hundredths of a second.
  package static func measure(pool: ThreadPool, kernels: Kernels) -> Double {
    let peak = kernels.peak
    let rounds = max(1, taskOperations / peak.round_operations)
    let tasks = pool.threads * tasksPerThread
    let operations = Double(tasks) * Double(rounds * peak.round_operations)
    var best = 0.0
    for _ in 0..<repetitions {
      let elapsed = ContinuousClock().measure {
        pool.run(tasks) { _ in _ = peak.multiply_adds(rounds) }
      }
      best = max(best, operations / (elapsed / .seconds(1)))
    }
    return best
  }
}
