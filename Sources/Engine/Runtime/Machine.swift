import Foundation

/// What this process may use of the machine.
public enum Machine {
  /// Threads that can run at once: the processors of the affinity mask, and no more than the
  /// control group's quota, rounded up.
  public static var availableThreads: Int {
    // Foundation counts the processors of the affinity mask.
    var count = ProcessInfo.processInfo.activeProcessorCount
    if let quota = cgroupProcessors { count = min(count, max(1, Int(quota.rounded(.up)))) }
    return max(1, count)
  }

  /// The processors that the control group's quota amounts to; nil where there is no limit.
  public static var cgroupProcessors: Double? {
    if let words = words(ofFile: "/sys/fs/cgroup/cpu.max"), words.count == 2,
      let quota = Double(words[0]), let period = Double(words[1]), period > 0
    {
      return quota / period
    }
    if let quota = words(ofFile: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")?.first.flatMap({
      Double($0)
    }),
      let period = words(ofFile: "/sys/fs/cgroup/cpu/cpu.cfs_period_us")?.first.flatMap({
        Double($0)
      }),
      quota > 0, period > 0
    {
      return quota / period
    }
    return nil
  }

  private static func words(ofFile path: String) -> [Substring]? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(whereSeparator: \.isWhitespace)
  }
}
