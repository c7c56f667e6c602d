import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Folders that may not be read or written, of a user whom their permissions bind.
@Suite struct PermissionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeImage(to: folder.path + "/images/a.png", width: 20, height: 10)
    try Fixtures.writeImage(to: folder.path + "/images/closed/b.png", width: 20, height: 10)
    try folder.write("labels/a.txt", "0 .5 .5 .5 .5\n")
    try folder.write("data.yaml", "train: images\nnames: [cat]\n")
  }

  /// Runs a command while a folder has other permissions.
  private func run(_ words: [String], _ name: String, mode: mode_t) throws -> BuiltProgram.Result {
    chmod("\(folder.path)/\(name)", mode)
    defer { chmod("\(folder.path)/\(name)", 0o755) }
    return try BuiltProgram.runUnprivileged(words, in: folder.path)
  }

  @Test func aClosedSubfolderStopsNothing() throws {
    let weights = try Fixtures.writeWeights(in: folder)
    let result = try run(
      ["detect", "images", "--no-save", "--weights", weights], "images/closed", mode: 0)
    #expect(result.exitCode == 3)
    #expect(result.output.hasPrefix("images/a.png 20x10: "))
    #expect(
      result.diagnostics.contains(
        "error: cannot read the folder 'images/closed': check its permissions"))
  }

  @Test func aClosedSubfolderOfADatasetIsAnIssue() throws {
    let result = try run(["check", ".", "--json"], "images/closed", mode: 0)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("images/closed\""))
    #expect(result.output.contains("\"images\":1"))
  }

  @Test func anUnwritableFolderKeepsItsFiles() throws {
    let path = try folder.write("out/issues.csv", "old")
    let result = try run(["check", ".", "--csv", "out/issues.csv"], "out", mode: 0o555)
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("out/issues.csv: the file cannot be written"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out").count == 1)
  }

  /// Its files cannot be listed, so that some may be overwritten.
  @Test func anUnlistableOutputFolderIsRefused() throws {
    try folder.write("out/a.png", "old")
    let result = try run(["detect", "images/a.png", "-o", "out"], "out", mode: 0o333)
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("out: the folder cannot be listed"))
    #expect(try String(contentsOfFile: folder.path + "/out/a.png", encoding: .utf8) == "old")
  }
}
