import Basics
import Foundation
import Imaging
import Synchronization

/// A cache of image records, kept between runs so that unchanged files are not read again.
///
/// It is stored as one JSON file per dataset in the user's cache folder, never inside the dataset,
/// and holds no labels. A record is valid while the file's stamp is unchanged. A damaged index is
/// rebuilt; an index that cannot be written only costs time. Safe for concurrent callers: the state
/// is behind a mutex. Of several processes, the last to save wins.
public final class ImageIndex: Sendable {
  struct Entry: Hashable, Codable {
    var stamp: FileStamp
    var record: ImageRecord
  }

  /// The content of the index file.
  struct Stored: Hashable, Codable {
    /// Incremented whenever the computation of records changes.
    var version = 4
    /// Records by absolute image path.
    var entries: [String: Entry] = [:]
  }

  private struct State {
    var entries: [String: Entry]
    /// Paths requested in this run.
    var used: Set<String> = []
    var isChanged = false
    /// The index file; nil if the index is not stored.
    var file: String?
  }

  private let workingFolder: String
  private let state: Mutex<State>

  /// Makes an index in memory that is not stored.
  public convenience init() {
    self.init(for: "", in: nil)
  }

  /// Reads the stored index of a dataset, if there is one.
  ///
  /// - Parameters:
  ///   - dataset: The dataset's folder or file.
  ///   - folder: The folder of index files; nil to store none.
  public init(for dataset: String, in folder: String? = ImageIndex.userFolder) {
    let workingFolder = FileManager.default.currentDirectoryPath
    self.workingFolder = workingFolder
    let path = FilePath.join(workingFolder, dataset)
    var root = FileContents.entry(path) == .file ? FilePath.folder(path) : path
    // COCO's annotation files lie beside the folders of their images.
    if FilePath.name(root) == "annotations" { root = FilePath.folder(root) }
    let name = "images-" + String(Fingerprint(Array(root.utf8)).rawValue, radix: 16) + ".json"
    let file = folder.map { FilePath.join(FilePath.join(workingFolder, $0), name) }
    state = Mutex(State(entries: file.flatMap { Self.read($0) } ?? [:], file: file))
    exclude([root])
  }

  var file: String? { state.withLock { $0.file } }

  /// Disables storage if the index file would lie in one of the dataset's folders.
  func exclude(_ folders: some Collection<String>) {
    guard let file else { return }
    let home = FileContents.resolved(FilePath.folder(file)) + "/"
    let isInside = folders.contains {
      home.hasPrefix(FileContents.resolved(FilePath.join(workingFolder, $0)) + "/")
    }
    if isInside { state.withLock { $0.file = nil } }
  }

  /// The user's cache folder: `$XDG_CACHE_HOME/glimpse`, or `glimpse` in the default cache folder;
  /// nil if there is none.
  public static var userFolder: String? {
    let environment = ProcessInfo.processInfo.environment
    // By the XDG Base Directory Specification, a relative path is ignored.
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

  /// The record of an image file, from the index or, if it is not there, from the file.
  ///
  /// - Parameter decodes: Whether the image is decoded for the record's `content`; if not, only the
  ///   header is read.
  /// - Throws: `ImagingError` if the file is missing, is not a regular file, or cannot be read or
  ///   decoded. Failures are not stored.
  package func record(
    of path: String, decodes: Bool = false
  ) throws(ImagingError) -> ImageRecord {
    guard let stamp = FileStamp(path) else {
      let reason =
        FileContents.entry(path) == .nothing
        ? "there is no such file" : "it is not a regular file"
      throw ImagingError("the file cannot be read: \(reason)", in: path)
    }
    let key = FilePath.join(workingFolder, path)
    let stored = state.withLock { state -> ImageRecord? in
      guard let entry = state.entries[key], entry.stamp == stamp else { return nil }
      state.used.insert(key)
      return entry.record
    }
    if let stored, !decodes || stored.content != nil { return stored }
    let record =
      try decodes
      ? ImageRecord(decoding: path)
      : ImageRecord(ImageFile.information(path), byteCount: stamp.size)
    if stamp.isSettled() {
      state.withLock {
        guard $0.file != nil else { return }
        $0.entries[key] = Entry(stamp: stamp, record: record)
        $0.used.insert(key)
        $0.isChanged = true
      }
    }
    return record
  }

  /// Stores new records for later runs, and removes records of files that no longer exist. Errors
  /// are ignored, as the index is only a cache.
  package func save() {
    let changed = state.withLock { state -> (file: String, stored: Stored)? in
      guard let file = state.file, state.isChanged else { return nil }
      state.isChanged = false
      state.entries = state.entries.filter {
        state.used.contains($0.key) || FileStamp($0.key) != nil
      }
      return (file, Stored(entries: state.entries))
    }
    if let (file, stored) = changed { Self.write(stored, to: file) }
  }

  static func read(_ path: String) -> [String: Entry]? {
    guard FileStamp(path) != nil,
      let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
      let stored = try? JSONDecoder().decode(Stored.self, from: data),
      stored.version == Stored().version
    else { return nil }
    let sides = 1...1_000_000
    return stored.entries.filter {
      sides.contains($0.value.record.width) && sides.contains($0.value.record.height)
    }
  }

  static func write(_ stored: Stored, to path: String) {
    try? FileManager.default.createDirectory(
      atPath: FilePath.folder(path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    guard let data = try? JSONEncoder().encode(stored) else { return }
    try? AtomicFile.write(Array(data), to: path, isSynced: false)
  }
}
