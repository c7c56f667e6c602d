import Foundation

/// What the operating system counts of this process's memory.
enum ProcessMemory {
  /// Bytes that the process has had in memory at most; 0 where the system does not tell.
  static var peak: Int {
    #if os(Linux)
      // Not getrusage, which counts what the parent had in memory when it started this program.
      return MachineFacts.field("VmHWM", of: "/proc/self/status")
        .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    #else
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #endif
  }
}
