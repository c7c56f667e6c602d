import Foundation
import Glimpse

/// A folder that a command fills with files: a new one, so that no file of the user is overwritten.
struct ResultFolder: Sendable {
  let path: String
  /// Whether it did not exist before.
  private let isNew: Bool

  /// Makes the folder that the user names; it must be empty or new unless `overwrites`.
  init(named path: String, overwrites: Bool) throws(CommandError) {
    self.path = path
    let found = try? FileManager.default.contentsOfDirectory(atPath: path)
    isNew = found == nil
    guard overwrites || found?.isEmpty ?? true else {
      throw CommandError(
        "the folder \(Sentence.quoted(path)) is not empty; choose another one, or allow "
          + "--overwrite")
    }
    if isNew { try CommandError.wrap(NumberedFolder.makeFolder(path)) }
  }

  /// Makes the next free `runs/TASK-N`.
  init(nextFor task: String, in parent: String = "runs") throws(CommandError) {
    path = try CommandError.wrap(NumberedFolder.make(task, in: parent))
    isNew = true
  }

  /// Makes a folder in it, where it is missing.
  func subfolder(_ name: String) throws(CommandError) -> String {
    try CommandError.wrap(NumberedFolder.makeFolder("\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// Removes the folder again where nothing was written into it and it was not there before.
  func removeIfUnused() {
    if isNew { rmdir(path) }
  }

  /// Refuses a report that is not named as HTML or cannot be written.
  static func check(report path: String?) throws(CommandError) {
    if let path, !path.lowercased().hasSuffix(".html") {
      throw .usage("--report takes a file that ends in .html, not \(Sentence.quoted(path))")
    }
    try checkParent(of: path)
  }

  /// Refuses a file whose folder is missing or cannot be written to, before any work is done.
  static func checkParent(of path: String?) throws(CommandError) {
    guard let path else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue, FileManager.default.isWritableFile(atPath: folder)
    else {
      throw CommandError(
        "\(path) cannot be written: \(Sentence.quoted(folder)) is not a folder that may be written")
    }
  }
}
