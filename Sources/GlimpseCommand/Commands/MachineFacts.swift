import Foundation
import Glimpse

/// What the operating system tells about the machine and about our share of it.
struct MachineFacts: Sendable {
  /// The processor's name; empty where the system does not tell.
  var processor = ""
  /// Processors that are switched on.
  var processors = 1
  /// Processors that this process may run on.
  var affinity = 1
  /// Processor time that the control groups grant, in processors; nil without a limit.
  var processorLimit: Double?
  /// Bytes.
  var memory = 0
  /// Bytes that could be had without swapping; nil where the system does not tell.
  var availableMemory: Int?
  /// Bytes that the control groups grant; nil without a limit.
  var memoryLimit: Int?
  var system = ""
  /// Threads that work at once where `--threads` says nothing.
  var threads = 1
  /// The instruction set of the kernels that will be used, and all that could be.
  var instructions = InstructionSet.scalar
  var availableInstructions = [InstructionSet.scalar]

  /// Asks the operating system.
  ///
  /// Throws where `GLIMPSE_ISA` asks for instructions that cannot run here.
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
  /// For people.
  var rows: [FactTable.Row] {
    var limits = ["\(affinity) of \(processors) processors may be used"]
    if let processorLimit {
      limits.append("with the time of \(NumberFormat.decimal(processorLimit))")
    }
    var memories = [NumberFormat.bytes(memory)]
    if let availableMemory { memories.append("\(NumberFormat.bytes(availableMemory)) available") }
    if let memoryLimit { memories.append("limited to \(NumberFormat.bytes(memoryLimit))") }
    let kernels = availableInstructions.map(\.rawValue).joined(separator: ", ")
    return [
      FactTable.Row("glimpse", glimpseVersion),
      FactTable.Row("system", system),
      FactTable.Row("processor", processor.isEmpty ? "unknown" : processor),
      FactTable.Row("kernels", "\(instructions.rawValue) (of \(kernels))"),
      FactTable.Row("threads", "\(threads) (\(limits.joined(separator: ", ")))"),
      FactTable.Row("memory", memories.joined(separator: ", ")),
    ]
  }

  /// For scripts: memory in bytes, null where there is no limit or nothing is known.
  var json: [JSONMember] {
    [
      JSONMember(key: "version", value: .string(glimpseVersion)),
      JSONMember(key: "system", value: .string(system)),
      JSONMember(key: "processor", value: processor.isEmpty ? .null : .string(processor)),
      JSONMember(key: "kernels", value: .string(instructions.rawValue)),
      JSONMember(key: "processors", value: .integer(processors)),
      JSONMember(key: "affinity", value: .integer(affinity)),
      JSONMember(key: "processor_limit", value: processorLimit.map { .number($0) } ?? .null),
      JSONMember(key: "threads", value: .integer(threads)),
      JSONMember(key: "memory", value: .integer(memory)),
      JSONMember(key: "available_memory", value: availableMemory.map { .integer($0) } ?? .null),
      JSONMember(key: "memory_limit", value: memoryLimit.map { .integer($0) } ?? .null),
    ]
  }
}
