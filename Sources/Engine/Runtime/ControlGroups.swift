import Basics
import Foundation

/// The CPU and memory limits of this process from Linux control groups (cgroups, version 1 and 2).
///
/// Source: the kernel's cgroup-v2.rst, sched-bwc.rst (version 1) and cgroup-v1/memory.rst. The
/// limits of all groups up to the root apply, so the smallest is used. Inside a container, the
/// container's group is mounted as the root and its parents are hidden.
package struct ControlGroups: Sendable {
  /// The CPU limit in processors: quota / period; nil without a limit.
  package let processorLimit: Double?
  /// The memory limit in bytes; nil without a limit.
  package let memoryLimit: Int?

  /// Reads the limits; missing or malformed files count as no limit.
  ///
  /// - Parameters:
  ///   - membership: The file that lists the groups of this process.
  ///   - root: The mount point of the cgroup file system.
  package init(membership: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") {
    let lines = (Self.text(membership) ?? "").split(separator: "\n")
    var processors: [Double] = []
    var bytes: [Int] = []
    for line in lines {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      for folder in Self.folders(from: String(fields[2])) {
        if controllers.isEmpty {
          let base = root + folder
          processors += Self.quota(version2: base + "/cpu.max")
          bytes += Self.bytes(base + "/memory.max")
        }
        if controllers.contains("cpu") {
          processors += Self.quota(version1: "\(root)/\(fields[1])\(folder)")
          processors += Self.quota(version1: "\(root)/cpu\(folder)")
        }
        if controllers.contains("memory") {
          bytes += Self.bytes("\(root)/memory\(folder)/memory.limit_in_bytes")
        }
      }
    }
    processorLimit = processors.min()
    memoryLimit = bytes.min()
  }

  /// A group and its parents up to the root: "/a/b" gives "/a/b", "/a" and "".
  private static func folders(from group: String) -> [String] {
    var parts = group.split(separator: "/")[...]
    var folders = [""]
    while !parts.isEmpty {
      folders.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return folders
  }

  /// Parses `cpu.max`: "50000 100000" is half a processor, "max 100000" is no limit.
  private static func quota(version2 path: String) -> [Double] {
    let fields = (text(path) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard fields.count == 2, let quota = fields[0], let period = fields[1] else { return [] }
    return quota > 0 && period > 0 ? [quota / period] : []
  }

  /// Parses `cpu.cfs_quota_us`; -1 means no limit.
  private static func quota(version1 folder: String) -> [Double] {
    guard let quota = number(folder + "/cpu.cfs_quota_us"),
      let period = number(folder + "/cpu.cfs_period_us"), quota > 0, period > 0
    else { return [] }
    return [Double(quota) / Double(period)]
  }

  /// Parses a memory limit; "max" (version 2) and huge numbers (version 1) mean no limit.
  private static func bytes(_ path: String) -> [Int] {
    number(path).map { $0 > 0 && $0 < 1 << 60 ? [$0] : [] } ?? []
  }

  private static func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ path: String) -> String? {
    (try? FileContents.read(path, limit: 1 << 24)).map { String(decoding: $0.bytes, as: UTF8.self) }
  }
}
