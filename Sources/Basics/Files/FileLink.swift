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
      guard let target = destination(path) else { break }
      path = target.hasPrefix("/") ? target : FilePath.folder(path) + "/" + target
    }
    return .file(path)
  }

  /// The content of a link; nil for everything else.
  private static func destination(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    return count > 0
      ? String(validating: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }
}

extension NewFile {
  /// Writes to a file or to a copy of an open descriptor.
  init(writingTo target: FileLink.Target, name: String) throws(FileError) {
    switch target {
    case .file(let path):
      try self.init(opening: path, O_WRONLY | O_CLOEXEC, name: name)
    case .descriptor(let number):
      try self.init(copyOf: number, name: name)
    }
  }
}
