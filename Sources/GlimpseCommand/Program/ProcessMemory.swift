import Foundation

/// What the operating system counts of this process's memory.
enum ProcessMemory {
  /// Bytes that the process has had in memory at most; 0 where the system does not tell.
  static var peak: Int {
    var usage = rusage()
    #if os(Linux)
      // The system counts in KiB; its name for "this process" has another type than the call takes.
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #else
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
