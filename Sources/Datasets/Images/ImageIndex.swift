import Basics
import Foundation
import Imaging
import Synchronization

/// Facts about the images of a dataset, kept from run to run so that files which have not changed
/// need not be opened again.
///
/// It is kept in the user's cache folder, a file a dataset, and never in the dataset. What it holds
/// goes by path, size, times, inode and device of a file; one that was written a moment ago is not kept, since
/// it may change again without its times showing it. An index that is damaged, old or cannot be kept
/// costs time and nothing else. Labels are never in it. May be used from several threads, and by
/// several processes: the last to save wins.
package final class ImageIndex: Sendable {
  /// What is known of a file.
  struct Entry: Hashable {
    var stamp: FileStamp
    /// The day when it was last asked for, in days since 1970.
    var day: Int
    var facts: ImageRecord
  }

  private struct State {
    var entries: [Fingerprint: Entry]
    var hasNews = false
    /// Where it is kept, or nil where it is not.
    var file: String?
  }

  private let workingFolder: String
  private let state: Mutex<State>

  /// Files that nobody asked for in so many days are forgotten.
  static let daysKept = 90

  /// Makes an index that keeps nothing.
  package convenience init() {
    self.init(for: "", in: nil)
  }

  /// Reads what is kept about a dataset.
  ///
  /// - Parameters:
  ///   - dataset: The folder or file by which it is opened.
  ///   - folder: Where indexes are kept; nil to keep none.
  package init(for dataset: String, in folder: String? = ImageIndex.userFolder) {
    let workingFolder = FileManager.default.currentDirectoryPath
    self.workingFolder = workingFolder
    let path = FilePath.join(workingFolder, dataset)
    var root = FileContents.entry(path) == .file ? FilePath.folder(path) : path
    // COCO's annotation files lie beside the folders of their images.
    if FilePath.name(root) == "annotations" { root = FilePath.folder(root) }
    let file = folder.map {
      FilePath.join(FilePath.join(workingFolder, $0), Fingerprint(root).digits + ".images")
    }
    state = Mutex(
      State(entries: file.flatMap { ImageIndexFile.read($0) } ?? [:], file: file))
    keepOut(of: [root])
  }

  /// Where it is kept, or nil where it is not.
  var file: String? { state.withLock { $0.file } }

  /// Keeps nothing from here on, if it would be kept in one of some folders, which are the data's.
  func keepOut(of folders: some Collection<String>) {
    guard let file else { return }
    let home = FileContents.resolved(FilePath.folder(file)) + "/"
    let isInside = folders.contains {
      home.hasPrefix(FileContents.resolved(FilePath.join(workingFolder, $0)) + "/")
    }
    if isInside { state.withLock { $0.file = nil } }
  }

  /// Where programs of the user keep what can be made again: `$XDG_CACHE_HOME/glimpse`, or `glimpse`
  /// in the usual place; nil where there is no such place.
  package static var userFolder: String? {
    let environment = ProcessInfo.processInfo.environment
    // The XDG Base Directory Specification: a relative path counts as none.
    if let folder = environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      return FilePath.join(folder, "glimpse")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    #if canImport(Darwin)
      return FilePath.join(home, "Library/Caches/glimpse")
    #else
      return FilePath.join(home, ".cache/glimpse")
    #endif
  }

  /// The facts about an image file, read from it unless they are known.
  ///
  /// - Parameter examines: Whether it is decoded, so that the facts have their `content`; if not,
  ///   its header is all that is read.
  /// - Throws: `ImagingError` where the file is missing, is no regular file or cannot be read or
  ///   decoded. Failures are not kept.
  package func facts(
    _ path: String, examines: Bool = false
  ) throws(ImagingError) -> ImageRecord {
    guard let stamp = FileStamp(path) else {
      let reason =
        FileContents.entry(path) == .nothing
        ? "there is no such file" : "it is not a regular file"
      throw ImagingError("the file cannot be read: \(reason)", in: path)
    }
    let key = Fingerprint(FilePath.join(workingFolder, path))
    if let known = known(key, stamp), !examines || known.content != nil { return known }
    let facts =
      try examines
      ? ImageRecord(examining: path) : ImageRecord(headerOf: path, byteCount: stamp.size)
    if stamp.isSettled() {
      state.withLock {
        guard $0.file != nil else { return }
        $0.entries[key] = Entry(stamp: stamp, day: Self.today, facts: facts)
        $0.hasNews = true
      }
    }
    return facts
  }

  /// Keeps what is new for later runs; where that is not possible, nothing is said.
  package func save() {
    let oldest = Self.today - Self.daysKept
    let news = state.withLock { state -> (file: String, entries: [Fingerprint: Entry])? in
      guard let file = state.file, state.hasNews else { return nil }
      state.hasNews = false
      state.entries = state.entries.filter { $0.value.day >= oldest }
      return (file, state.entries)
    }
    if let news { ImageIndexFile.write(news.entries, to: news.file) }
  }

  private func known(_ key: Fingerprint, _ stamp: FileStamp) -> ImageRecord? {
    state.withLock {
      guard $0.entries[key]?.stamp == stamp else { return nil }
      $0.entries[key]?.day = Self.today
      return $0.entries[key]?.facts
    }
  }

  private static var today: Int { Int(FileStamp.now / (86_400 * 1_000_000_000)) }
}
