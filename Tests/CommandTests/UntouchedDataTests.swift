import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The user's data is bit for bit the same behind every command, and need not be writable.
@Suite struct UntouchedDataTests {
  private let folder: TemporaryFolder
  private var data: String { folder.path + "/data" }
  private var out: String { folder.path + "/out" }

  init() throws {
    folder = try TemporaryFolder()
    let inner = try TemporaryFolder()
    try Fixtures.writeVOC(in: inner)
    try FileManager.default.copyItem(atPath: inner.path, toPath: folder.path + "/data")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/out", withIntermediateDirectories: true)
    try Fixtures.writeWeights(to: folder.path + "/weights.safetensors")
  }

  /// What a command must leave as it was: of each file and folder its kind, rights, times and bytes.
  private func snapshot() throws -> [String: [String]] {
    var entries: [String: [String]] = [:]
    let names = try FileManager.default.subpathsOfDirectory(atPath: data) + ["."]
    for name in names {
      let path = data + "/" + name
      var status = stat()
      #expect(stat(path, &status) == 0)
      let bytes = FileManager.default.contents(atPath: path)?.base64EncodedString() ?? "folder"
      entries[name] = [
        "\(status.st_mode)", "\(status.st_size)", "\(status.st_ino)",
        "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)",
        "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)", bytes,
      ]
    }
    return entries
  }

  private var commands: [[String]] {
    [
      ["check", data, "--report", out + "/page.html", "--csv", out + "/sheet.csv"],
      ["check", data], ["convert", data, "--to", "yolo", "--output", out + "/yolo"],
      ["split", data, "--shares", "2,1", "--output", out + "/split"],
      ["convert", data, "--to", "coco", "--images", "symlink", "--output", out + "/coco"],
      [
        "train", "--data", data, "--epochs", "1", "--batch", "2", "--imgsz", "64", "--output",
        out, "--threads", "2",
      ],
      ["evaluate", "--data", data, "--weights", folder.path + "/weights.safetensors"],
      [
        "detect", data + "/JPEGImages", "--weights", folder.path + "/weights.safetensors",
        "--output", out + "/found", "--save-txt", "--save-crop",
      ],
    ]
  }

  @Test func everyCommandLeavesTheDataAsItWas() throws {
    let before = try snapshot()
    #expect(before.count > 20)
    for command in commands {
      let result = try BuiltProgram.run(
        command, in: out, environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
      #expect(result.exitCode == 0, "\(command[0]): \(result.diagnostics)")
      #expect(try snapshot() == before, "\(command[0])")
    }
  }

  @Test func dataThatMayNotBeWrittenIsEnough() throws {
    let files = FileManager.default
    for name in try files.subpathsOfDirectory(atPath: data) + ["."] {
      var isFolder: ObjCBool = false
      _ = files.fileExists(atPath: data + "/" + name, isDirectory: &isFolder)
      try files.setAttributes(
        [.posixPermissions: isFolder.boolValue ? 0o555 : 0o444], ofItemAtPath: data + "/" + name)
    }
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: data) }
    try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: out)
    let before = try snapshot()
    for command in commands {
      let result = try BuiltProgram.runUnprivileged(command, in: folder.path)
      #expect(result.exitCode == 0, "\(command[0]): \(result.diagnostics)")
      #expect(try snapshot() == before, "\(command[0])")
    }
  }
}
