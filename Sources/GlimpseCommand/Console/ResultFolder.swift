import Foundation
import Glimpse

/// The output folder of a command; by default a new one, so that no existing file is overwritten.
struct ResultFolder: Sendable {
  let path: String
  /// Whether this command created the folder.
  private let isNew: Bool

  /// Creates the folder at a path; an existing one must be empty or hold results, unless `overwrites`.
  init(named path: String, overwrites: Bool) throws(CommandError) {
    self.path = path
    isNew = FileContents.entry(path) != .folder
    if !isNew, !overwrites, !ResultMark.isIn(path) {
      guard let found = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw CommandError(FileContents.unlistable(path).diagnostic)
      }
      guard found.isEmpty else {
        throw CommandError(
          "the folder \(Sentence.quoted(path)) is not empty; choose another one, or pass "
            + "--overwrite")
      }
    }
    if isNew { try CommandError.wrap(NumberedFolder.makeFolder(path)) }
  }

  /// Creates the next free `runs/TASK-N`.
  init(nextFor task: String, in parent: String = "runs") throws(CommandError) {
    path = try CommandError.wrap(NumberedFolder.make(task, in: parent))
    isNew = true
  }

  /// Creates a subfolder if it is missing; returns its path.
  func subfolder(_ name: String) throws(CommandError) -> String {
    try CommandError.wrap(NumberedFolder.makeFolder("\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// Removes the folder if this command created it and it is still empty.
  func removeIfUnused() {
    if isNew { rmdir(path) }
  }

  /// Removes the folder with all that this command wrote, and its parent if nothing else is there.
  func remove() {
    guard isNew else { return }
    try? FileManager.default.removeItem(atPath: path)
    rmdir(FilePath.folder(path))
  }

  /// Throws for a report path that does not end in `.html` or cannot be written.
  static func check(report path: String?) throws(CommandError) {
    if let path, !path.lowercased().hasSuffix(".html") {
      throw .usage("--report takes a file that ends in .html, not \(Sentence.quoted(path))")
    }
    try check(file: path)
  }

  /// Throws for a file that cannot be written, before any work is done.
  static func check(file path: String?) throws(CommandError) {
    if let path { try CommandError.wrap(AtomicFile.check(path)) }
  }

  /// Throws for a regular file that exists, unless it may be replaced.
  static func checkNew(file path: String, overwrites: Bool) throws(CommandError) {
    let kind = try? FileManager.default.attributesOfItem(atPath: FileContents.resolved(path))[.type]
    if !overwrites, kind as? FileAttributeType == .typeRegular {
      throw CommandError(
        "the file \(Sentence.quoted(path)) exists; choose another name, or pass --overwrite")
    }
  }
}
