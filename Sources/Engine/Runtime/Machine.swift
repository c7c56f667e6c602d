import Foundation

/// The part of the machine that this process may use.
package enum Machine {
  /// Threads that can run at once: the processors of the affinity mask, and no more than the
  /// control groups' quota, rounded up.
  package static var availableThreads: Int {
    threads(affinity: allowedProcessors, limit: cgroupProcessors)
  }

  /// Processors that this process may run on.
  package static var allowedProcessors: Int {
    // Foundation counts all processors that are switched on, whatever the affinity mask is, and
    // the kernel's own call for the mask is not visible from Swift.
    affinity(inStatus: "/proc/self/status") ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// The processors that the control groups' quota amounts to; nil where there is no limit.
  package static var cgroupProcessors: Double? { ControlGroups().processorLimit }

  /// Bytes that this process may have: the machine's memory, or the control groups' limit where that
  /// is less.
  package static var memoryLimit: Int {
    let installed = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(installed, ControlGroups().memoryLimit ?? installed)
  }

  static func threads(affinity: Int, limit: Double?) -> Int {
    max(1, min(affinity, limit.map { Int(min($0.rounded(.up), 1e6)) } ?? affinity))
  }

  /// Counts the bits of "Cpus_allowed: ff,ffffffff"; nil where there is no such line. (proc_pid_status(5))
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
