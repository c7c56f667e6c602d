import Foundation

/// Resolves the symbolic link that an output may be.
enum FileLink {
  /// What is written in place of a link.
  enum Target: Equatable {
    /// A file, which need not exist.
    case file(String)
    /// An open descriptor of this process, such as that of `/dev/stdout`.
    case descriptor(Int32)
  }

  /// As many links as Linux follows.
  private static let most = 40

  /// What a path leads to.
  static func target(of path: String) -> Target {
    var path = path
    for _ in 0..<most {
      if ["/dev/fd", "/proc/self/fd"].contains(FilePath.folder(path)),
        let number = Int32(FilePath.name(path))
      {
        return .descriptor(number)
      }
      guard let target = FileContents.linkTarget(path) else { break }
      path = target.hasPrefix("/") ? target : FilePath.folder(path) + "/" + target
    }
    return .file(path)
  }
}

extension AtomicFile {
  /// Throws if a file cannot be written, for a check before long work: it is a folder, or its folder
  /// is missing or not writable.
  package static func check(_ path: String) throws(FileError) {
    guard case .file(let place) = FileLink.target(of: path) else { return }
    var status = stat()
    let kind = stat(place, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR { throw FileError(.write, path, "it is a folder") }
    // Pipes and devices are written directly.
    guard kind == S_IFREG else { return }
    guard FileContents.linkTarget(place) == nil else {
      errno = ELOOP
      throw .system(.write, path)
    }
    let folder = FilePath.folder(place)
    if place != path, FileContents.entry(folder) == .nothing {
      throw .brokenLink(.write, path, (path, FilePath.normalized(place)))
    }
    guard FileContents.entry(folder) == .folder, access(folder, W_OK) == 0 else {
      throw FileError(.write, path, "\(Sentence.quoted(folder)) is not a writable folder")
    }
  }
}
