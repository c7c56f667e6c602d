import Foundation

/// The processors and memory that this process may use.
package enum Machine {
  /// The number of threads to use: the processors in the affinity mask, limited by the cgroup CPU
  /// quota (rounded up).
  package static var availableThreads: Int {
    threads(affinity: allowedProcessors, limit: cgroupProcessors)
  }

  /// The number of processors in the affinity mask.
  package static var allowedProcessors: Int {
    // Foundation counts all online processors regardless of the affinity mask, and
    // `sched_getaffinity` is not available in Swift.
    affinity(inStatus: "/proc/self/status") ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// The cgroup CPU quota in processors; nil without a limit.
  package static var cgroupProcessors: Double? { ControlGroups().processorLimit }

  /// The memory available to this process in bytes: the smallest of physical memory, cgroup limit and
  /// what the limit of the address space (`ulimit -v`) leaves.
  package static var memoryLimit: Int {
    let installed = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(installed, ControlGroups().memoryLimit ?? installed, addressSpace ?? installed)
  }

  /// The bytes that may still be mapped; nil without a limit.
  private static var addressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur < 1 << 60,
      let used = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        .split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    return max(0, Int(limit.rlim_cur) - used * Int(sysconf(Int32(_SC_PAGESIZE))))
  }

  static func threads(affinity: Int, limit: Double?) -> Int {
    max(1, min(affinity, limit.map { Int(min($0.rounded(.up), 1e6)) } ?? affinity))
  }

  /// The number of bits in the line "Cpus_allowed: ff,ffffffff" (proc_pid_status(5)); nil without
  /// it.
  static func affinity(inStatus path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    let key = "Cpus_allowed:"
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
      return nil
    }
    let count = line.dropFirst(key.count).compactMap(\.hexDigitValue)
      .reduce(0) { $0 + $1.nonzeroBitCount }
    return count > 0 ? count : nil
  }
}
