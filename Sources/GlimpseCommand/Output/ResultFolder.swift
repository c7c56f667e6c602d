import Foundation
import Glimpse

/// A folder that a command fills with files: a new one, so that nothing of the user is overwritten.
struct ResultFolder: Sendable {
  let path: String
  /// True where it was not there before.
  private let isNew: Bool

  /// Makes the folder that the user names; it must be empty or new unless `overwrites`.
  init(named path: String, overwrites: Bool) throws(CommandError) {
    self.path = path
    let files = FileManager.default
    let found = try? files.contentsOfDirectory(atPath: path)
    isNew = found == nil
    if let found {
      guard overwrites || found.isEmpty else {
        throw CommandError(
          "the folder \(Sentence.quoted(path)) is not empty; choose another one, or allow "
            + "--overwrite")
      }
      return
    }
    try Self.make(path)
  }

  /// Makes the next free `runs/TASK-N`.
  init(nextFor task: String, in parent: String = "runs") throws(CommandError) {
    try Self.make(parent)
    var number = 1
    while true {
      let path = "\(parent)/\(task)-\(number)"
      // Making it and finding out that it is new is one step, should another program do the same.
      do {
        try FileManager.default.createDirectory(
          atPath: path, withIntermediateDirectories: false)
        self.path = path
        isNew = true
        return
      } catch {
        guard FileManager.default.fileExists(atPath: path) else { throw Self.failure(path, error) }
      }
      number += 1
    }
  }

  /// Makes a folder in it, where it is not there yet.
  func subfolder(_ name: String) throws(CommandError) -> String {
    try Self.make("\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// Removes the folder again where nothing was written into it and it was not there before.
  func removeIfUnused() {
    if isNew { rmdir(path) }
  }

  /// Refuses a file whose folder is missing or cannot be written to, before any work is done.
  static func checkParent(of path: String) throws(CommandError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue, FileManager.default.isWritableFile(atPath: folder)
    else {
      throw CommandError(
        "\(path) cannot be written: \(Sentence.quoted(folder)) is not a folder that may be written")
    }
  }

  /// Writes a file aside and renames it.
  static func write(_ text: String, to path: String) throws(CommandError) {
    try write(Data(text.utf8), to: path)
  }

  /// Writes a file aside and renames it.
  static func write(_ data: Data, to path: String) throws(CommandError) {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandError(
        "\(path) cannot be written: is there room, and may the folder be written?")
    }
  }

  private static func make(_ path: String) throws(CommandError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw failure(path, error)
    }
  }

  private static func failure(_ path: String, _ error: any Error) -> CommandError {
    CommandError(
      "the folder \(Sentence.quoted(path)) cannot be made: \(error.localizedDescription)")
  }
}
