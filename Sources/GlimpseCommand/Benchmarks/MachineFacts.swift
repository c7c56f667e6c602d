import Foundation
import Glimpse

/// The machine and the limits of this process.
enum MachineFacts {
  /// A table: "processors" is the number online, "affinity" the number that this process may use,
  /// limits are those of the control groups, "threads" is the default of `--threads`.
  ///
  /// - Throws: `EngineError` if `GLIMPSE_ISA` names an instruction set that this machine does not
  ///   have.
  static func table() throws -> Table {
    let processor = field("model name", of: "/proc/cpuinfo") ?? ""
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let groups = ControlGroups()
    let memoryLimit = groups.memoryLimit.flatMap { $0 < memory ? $0 : nil }
    return Table(facts: [
      "version": .text(glimpseVersion), "system": .text(systemName()),
      "processor": processor.isEmpty ? .missing : .text(processor),
      "kernels": .text(try InstructionSet.chosen().rawValue),
      "available kernels": .list(InstructionSet.available.map(\.rawValue)),
      "processors": .integer(ProcessInfo.processInfo.processorCount),
      "affinity": .integer(Machine.allowedProcessors),
      "processor limit": groups.processorLimit.map { .decimal($0) } ?? .missing,
      "threads": .integer(Machine.availableThreads), "memory": .bytes(memory),
      "available memory": bytes("MemAvailable", of: "/proc/meminfo").map { .bytes($0) } ?? .missing,
      "memory limit": memoryLimit.map { .bytes($0) } ?? .missing,
    ])
  }

  private static func systemName() -> String {
    var names = utsname()
    guard uname(&names) == 0 else { return "unknown" }
    return [text(names.sysname), text(names.release), text(names.machine)].joined(separator: " ")
  }

  /// The text in one of the fixed-size fields of a C struct.
  private static func text<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// The value in the first line "name : value" of a file of /proc.
  private static func field(_ name: String, of path: String) -> String? {
    guard let file = try? FileContents.read(path, limit: 1 << 24) else { return nil }
    for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else {
        continue
      }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  /// The value of a line "name : value kB".
  fileprivate static func bytes(_ name: String, of path: String) -> Int? {
    field(name, of: path)?.split(separator: " ").first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}

/// The memory of this process.
enum ProcessMemory {
  /// Peak resident memory in bytes; 0 if unknown.
  static var peak: Int {
    #if os(Linux)
      // Not getrusage, which includes the memory of the parent at the fork.
      return MachineFacts.bytes("VmHWM", of: "/proc/self/status") ?? 0
    #else
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #endif
  }
}
