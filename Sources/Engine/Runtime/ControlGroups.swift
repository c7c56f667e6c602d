import Basics
import Foundation

/// The limits that Linux control groups set to this process, of version 2 and version 1.
///
/// After the kernel's cgroup-v2.rst, sched-bwc.rst (version 1) and cgroup-v1/memory.rst.
/// Limits of all groups up to the root apply, so the smallest one counts. Inside a container the
/// groups above its own are hidden, and its own is mounted as the root.
package struct ControlGroups: Sendable {
  /// Processor time, in processors: quota over period; nil without a limit.
  package let processorLimit: Double?
  /// Bytes; nil without a limit.
  package let memoryLimit: Int?

  /// Reads the limits; files that are missing or broken set none.
  ///
  /// - Parameters:
  ///   - membership: the file that lists this process's groups.
  ///   - root: where the groups' files are mounted.
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

  /// "/a/b" gives "/a/b", "/a" and "": the group, those above it, the root.
  private static func folders(from group: String) -> [String] {
    var parts = group.split(separator: "/")[...]
    var folders = [""]
    while !parts.isEmpty {
      folders.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return folders
  }

  /// "50000 100000" is half a processor, "max 100000" no limit.
  private static func quota(version2 path: String) -> [Double] {
    let fields = (text(path) ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard fields.count == 2, let quota = fields[0], let period = fields[1] else { return [] }
    return quota > 0 && period > 0 ? [quota / period] : []
  }

  /// A quota of -1 means no limit.
  private static func quota(version1 folder: String) -> [Double] {
    guard let quota = number(folder + "/cpu.cfs_quota_us"),
      let period = number(folder + "/cpu.cfs_period_us"), quota > 0, period > 0
    else { return [] }
    return [Double(quota) / Double(period)]
  }

  /// "max" means no limit, and so does the huge number of version 1.
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
