import Foundation

/// How many times as long a computation takes for a size as for a quarter of it: about 4 where the
/// time is linear, 16 where it is quadratic.
///
/// The time of the processor in this thread counts, of the fastest of three runs: other programs and
/// threads change it little, unlike the time on the clock.
package func timeGrowth(at size: Int, _ body: (_ size: Int) -> Void) -> Double {
  func seconds(_ size: Int) -> Double {
    (0..<3).map { _ in
      let start = threadSeconds()
      body(size)
      return threadSeconds() - start
    }.min() ?? 0
  }
  // Shorter times than a millisecond are noise.
  return seconds(size) / max(seconds(size / 4), 1e-3)
}

private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
