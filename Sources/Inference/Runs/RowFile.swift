import Basics
import Foundation

/// A file of rows, one line each, that grows while a run lasts: `NAME.partial` until it is complete, and
/// `NAME` from then on.
///
/// A process that dies leaves complete lines and at most one torn one, which the next one removes. A
/// second process that writes the same file is refused.
package final class RowFile {
  package let path: String
  /// Rows of earlier runs and of this one.
  package private(set) var rowCount = 0
  /// How many of them have the status "failed".
  package private(set) var failureCount = 0
  /// Whether an earlier run completed the file; nothing may be added then.
  package let isComplete: Bool
  private var descriptor: Int32 = -1

  private var partial: String { Self.partial(path) }

  package static func partial(_ path: String) -> String { path + ".partial" }

  /// Makes a complete file one that grows, if it is there.
  static func reopen(_ path: String) throws(FileError) {
    guard rename(path, partial(path)) == 0 || errno == ENOENT else { throw .system(.write, path) }
  }

  /// Opens the file where an earlier run left it, or creates it.
  ///
  /// - Parameters:
  ///   - isKept: Called with each complete row that is there, in order; the first that is not kept, and
  ///     all after it, are removed.
  /// - Throws: `InferenceError` if another process writes the file; `FileError`.
  package init(
    _ path: String, keeping isKept: (_ row: Int, _ line: ArraySlice<UInt8>) -> Bool
  ) throws {
    self.path = path
    isComplete = FileContents.entry(path) == .file
    let name = isComplete ? path : Self.partial(path)
    descriptor = open(
      name, (isComplete ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw FileError.system(.write, name) }
    guard isComplete || flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      throw InferenceError(
        "another process writes \(Sentence.quoted(path)); wait for it, or choose another --shard or "
          + "--output")
    }
    let end = try keptLength(isKept)
    guard !isComplete else { return }
    guard ftruncate(descriptor, off_t(end)) == 0, lseek(descriptor, off_t(end), SEEK_SET) >= 0
    else {
      throw FileError.system(.write, name)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Reads the rows that are there; returns the end of those that are kept.
  private func keptLength(_ isKept: (Int, ArraySlice<UInt8>) -> Bool) throws -> Int {
    let newline = UInt8(ascii: "\n")
    var end = 0
    var pending: [UInt8] = []
    while true {
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      let count = pread(descriptor, &piece, piece.count, off_t(end + pending.count))
      guard count >= 0 else { throw FileError.system(.read, path) }
      pending += piece.prefix(count)
      var start = 0
      while let place = pending[start...].firstIndex(of: newline) {
        guard isKept(rowCount, pending[start..<place]) else { return end }
        tally(pending[start..<place])
        end += place + 1 - start
        start = place + 1
      }
      pending.removeFirst(start)
      if count == 0 { return end }
    }
  }

  private static let failed = Array("\"status\":\"failed\"".utf8)

  private func tally(_ line: ArraySlice<UInt8>) {
    rowCount += 1
    if line.firstRange(of: Self.failed) != nil { failureCount += 1 }
  }

  /// Adds rows; each is written at once.
  package func append(_ lines: [String]) throws(FileError) {
    precondition(!isComplete, "\(path) is complete")
    guard !lines.isEmpty else { return }
    let bytes = lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system(.write, path) }
      written += count
    }
    for line in lines { tally(Array(line.utf8)[...]) }
  }

  /// Gives the complete file its name.
  package func finish() throws(FileError) {
    guard !isComplete else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS,
      rename(partial, path) == 0
    else { throw .system(.write, path) }
  }
}
