import Foundation
import Glimpse

/// The machine and the limits of this process.
struct MachineFacts: Sendable {
  /// Empty where unknown.
  var processor = ""
  /// Online processors.
  var processors = 1
  /// Processors in the affinity mask of this process.
  var affinity = 1
  /// CPU limit of the control groups, in processors; nil without a limit.
  var processorLimit: Double?
  /// Bytes.
  var memory = 0
  /// Bytes available without swapping; nil where unknown.
  var availableMemory: Int?
  /// Memory limit of the control groups in bytes; nil without a limit.
  var memoryLimit: Int?
  var system = ""
  /// The default of `--threads`.
  var threads = 1
  var instructions = InstructionSet.scalar
  var availableInstructions = [InstructionSet.scalar]

  /// Throws where `GLIMPSE_ISA` names an instruction set that this machine does not have.
  static func read() throws -> MachineFacts {
    var facts = MachineFacts()
    facts.processor = field("model name", of: "/proc/cpuinfo") ?? ""
    facts.processors = ProcessInfo.processInfo.processorCount
    facts.affinity = Machine.allowedProcessors
    facts.threads = Machine.availableThreads
    facts.memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    facts.availableMemory = field("MemAvailable", of: "/proc/meminfo")
      .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 * 1024 }
    let groups = ControlGroups()
    facts.processorLimit = groups.processorLimit
    facts.memoryLimit = groups.memoryLimit.flatMap { $0 < facts.memory ? $0 : nil }
    facts.system = systemName()
    facts.instructions = try InstructionSet.chosen()
    facts.availableInstructions = InstructionSet.available
    return facts
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
  static func field(_ name: String, of path: String) -> String? {
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
}

extension MachineFacts {
  var table: Table {
    Table(facts: [
      ("version", .text(glimpseVersion)), ("system", .text(system)),
      ("processor", processor.isEmpty ? .missing : .text(processor)),
      ("kernels", .text(instructions.rawValue)),
      ("available kernels", .list(availableInstructions.map(\.rawValue))),
      ("processors", .integer(processors)), ("affinity", .integer(affinity)),
      ("processor limit", processorLimit.map { .decimal($0) } ?? .missing),
      ("threads", .integer(threads)), ("memory", .bytes(memory)),
      ("available memory", availableMemory.map { .bytes($0) } ?? .missing),
      ("memory limit", memoryLimit.map { .bytes($0) } ?? .missing),
    ])
  }
}

/// The memory of this process.
enum ProcessMemory {
  /// Peak resident memory in bytes; 0 where unknown.
  static var peak: Int {
    #if os(Linux)
      // Not getrusage, which includes the memory of the parent at the fork.
      return MachineFacts.field("VmHWM", of: "/proc/self/status")
        .flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    #else
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #endif
  }
}
