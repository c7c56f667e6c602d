/// The peak throughput of this machine, measured: multiply-adds on registers, without any memory.
package enum PeakThroughput {
  /// Measurements of which the best one counts: other programs can only lower the result.
  private static let repetitions = 8
  /// Operations of one task, about a millisecond on a fast core.
  private static let taskOperations = 1 << 28
  /// Tasks per thread, so that one that starts late costs little.
  private static let tasksPerThread = 8

  /// Multiplications and additions per second, each counted as one, on all threads of a pool and in the
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
