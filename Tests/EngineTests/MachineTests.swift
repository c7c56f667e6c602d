import CGlimpseKernels
import Foundation
import Testing

@testable import Engine

@Suite struct MachineTests {
  /// cgroup v2 inside a container: the mounted root is our own group. (Kernel: cgroup-v2.rst)
  @Test func limitsOfVersionTwo() throws {
    let folder = try TemporaryFolder()
    let membership = try folder.write("cgroup", "0::/\n")
    try folder.write("fs/cpu.max", "150000 100000\n")
    try folder.write("fs/memory.max", "536870912\n")
    let groups = ControlGroups(membership: membership, root: "\(folder.path)/fs")
    #expect(groups.processorLimit == 1.5)
    #expect(groups.memoryLimit == 536_870_912)
  }

  @Test func theSmallestLimitOnTheWayUpCounts() throws {
    let folder = try TemporaryFolder()
    let membership = try folder.write("cgroup", "0::/user.slice/job\n")
    try folder.write("fs/user.slice/cpu.max", "50000 100000\n")
    try folder.write("fs/user.slice/memory.max", "max\n")
    try folder.write("fs/user.slice/job/cpu.max", "max 100000\n")
    try folder.write("fs/user.slice/job/memory.max", "1000\n")
    let groups = ControlGroups(membership: membership, root: "\(folder.path)/fs")
    #expect(groups.processorLimit == 0.5)
    #expect(groups.memoryLimit == 1000)
  }

  /// cgroup v1: a quota of -1 and a memory limit near 2^63 mean none. (Kernel: sched-bwc.rst)
  @Test func limitsOfVersionOne() throws {
    let folder = try TemporaryFolder()
    let membership = try folder.write("cgroup", "4:memory:/job\n3:cpu,cpuacct:/job\n0::/\n")
    try folder.write("fs/cpu,cpuacct/job/cpu.cfs_quota_us", "200000\n")
    try folder.write("fs/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n")
    try folder.write("fs/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
    try folder.write("fs/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
    try folder.write("fs/memory/job/memory.limit_in_bytes", "9223372036854771712\n")
    let groups = ControlGroups(membership: membership, root: "\(folder.path)/fs")
    #expect(groups.processorLimit == 2)
    #expect(groups.memoryLimit == nil)
  }

  @Test func brokenFilesSetNoLimit() throws {
    let folder = try TemporaryFolder()
    let membership = try folder.write("cgroup", "nonsense\n0::/../..\n")
    try folder.write("fs/cpu.max", "1 0\n")
    try folder.write("fs/memory.max", "-5\n")
    let groups = ControlGroups(membership: membership, root: "\(folder.path)/fs")
    #expect(groups.processorLimit == nil)
    #expect(groups.memoryLimit == nil)
    let nothing = ControlGroups(membership: "\(folder.path)/gone", root: "/nowhere")
    #expect(nothing.processorLimit == nil && nothing.memoryLimit == nil)
  }

  @Test(arguments: [(8, nil, 8), (8, 1.5, 2), (8, 0.1, 1), (2, 64, 2)] as [(Int, Double?, Int)])
  func threadsFollowAffinityAndLimit(affinity: Int, limit: Double?, threads: Int) {
    #expect(Machine.threads(affinity: affinity, limit: limit) == threads)
  }

  /// The format of proc_pid_status(5): hexadecimal words of 32 bits, the highest first.
  @Test func theAffinityMaskIsCounted() throws {
    let folder = try TemporaryFolder()
    let status = try folder.write(
      "status", "Name:\tglimpse\nCpus_allowed:\t1,80000003\nCpus_allowed_list:\t0-1,31-32\n")
    #expect(Machine.affinity(inStatus: status) == 4)
    #expect(Machine.affinity(inStatus: try folder.write("other", "Name:\tx\n")) == nil)
    #expect(Machine.affinity(inStatus: "/nowhere") == nil)
  }

  /// The plain kernels compute in bfloat16 for tests, and cannot multiply it faster than floats.
  @Test func aPrecisionIsGrantedOrSaidNotToBe() throws {
    #expect(PrecisionChoice.f32.resolved(on: .scalar) == (.f32, nil))
    #expect(PrecisionChoice.auto.resolved(on: .scalar) == (.f32, nil))
    let (precision, note) = PrecisionChoice.bf16.resolved(on: .scalar)
    #expect(precision == .f32)
    #expect(note?.hasPrefix("bf16 was requested") == true)
    for set in InstructionSet.available {
      let granted = PrecisionChoice.bf16.resolved(on: set)
      #expect((granted.precision == .bf16) == set.multipliesBFloat16)
      #expect((granted.note == nil) == set.multipliesBFloat16)
      #expect(try Kernels(set, precision: granted.precision).precision == granted.precision)
    }
  }

  /// bf16 is faster on AVX-512 of AMD, for all three networks: the article Performance, "Inference,
  /// bf16" and "Training". It is slower on AVX-512 of Intel.
  @Test(arguments: InstructionSet.allCases)
  func automaticPrecisionIsTheMeasuredOne(_ set: InstructionSet) {
    let isFaster = set == .avx512 && set.multipliesBFloat16 && gk_multiplies_bf16_fast() == 1
    #expect(PrecisionChoice.auto.resolved(on: set) == (isFaster ? .bf16 : .f32, nil))
  }

  @Test func thisProcessMayUseAProcessor() {
    #expect(Machine.availableThreads >= 1)
    #expect(Machine.availableThreads <= Machine.allowedProcessors)
    #expect(Machine.allowedProcessors <= ProcessInfo.processInfo.processorCount)
  }
}

/// A folder for one test, removed with the object.
private final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("glimpse-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file and the folders above it; returns its full path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: false, encoding: .utf8)
    return url.path
  }
}
