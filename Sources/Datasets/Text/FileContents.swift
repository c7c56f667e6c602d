import Basics
import Foundation

/// Reads small files, and refuses what is none.
enum FileContents {
  /// Larger label, list and description files are taken for a mistake, in bytes.
  static let sizeLimit = 64 << 20

  /// What lies at a path.
  enum Entry {
    case nothing, file, folder
  }

  /// What lies at a path; links are followed.
  static func entry(_ path: String) -> Entry {
    var status = stat()
    // A zero byte would end the path for the system, though not for us.
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// Whether a path is a link itself.
  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// What tells a file or folder from others, by whatever path it is reached.
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  /// The identity of what lies at a path; nil where nothing does.
  static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// An absolute path with the links in it followed, as far as there is something.
  static func resolved(_ path: String) -> String {
    // As it stands: behind a link, ".." leads to the folder above what the link leads to.
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    let folder = FilePath.folder(path)
    return folder == path ? path : FilePath.join(resolved(folder), FilePath.name(path))
  }

  /// The bytes of a file, or nil where there is none; throws for one that cannot be read.
  static func bytes(_ path: String) throws(DatasetsError) -> [UInt8]? {
    // Devices and pipes must not be waited for: they are refused below.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure(path)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetsError(file: path, "a file is expected here, but this is a folder or device.")
    }
    let size = Int(status.st_size)
    guard size <= sizeLimit else {
      throw DatasetsError(
        file: path, "\(size) bytes are too many for a text file; at most \(sizeLimit) are read.")
    }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      while count < size, let base = buffer.baseAddress {
        let step = Foundation.read(file, base + count, size - count)
        if step <= 0 { break }
        count += step
      }
      initialized = count
    }
    guard count == size else { throw failure(path) }
    return bytes
  }

  private static func failure(_ path: String) -> DatasetsError {
    DatasetsError(file: path, "the file cannot be read: \(String(cString: strerror(errno))).")
  }

  /// The text of a file without a byte-order mark, or nil where there is none; UTF-8 only.
  static func text(_ path: String) throws(DatasetsError) -> String? {
    guard let bytes = try bytes(path) else { return nil }
    return try text(bytes, file: path)
  }

  /// Bytes as text, without a byte-order mark; UTF-8 only. `file` is for messages.
  static func text(_ bytes: [UInt8], file: String) throws(DatasetsError) -> String {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      let line = firstInvalidLine(bytes)
      throw DatasetsError(
        file: file, line: line, "the text is not UTF-8; save the file in that encoding.")
    }
    return text
  }

  /// The lines of a text, without their ends (LF, CR LF or CR).
  static func lines(_ text: String) -> [Substring] {
    text.utf8.contains(UInt8(ascii: "\r"))
      ? text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
      : text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// A text without spaces and tabs around it.
  static func trimmed(_ text: Substring) -> Substring {
    YAMLScanner.trimmedEnd(text.drop { $0 == " " || $0 == "\t" })
  }

  /// The number of the first line, from 1, that is not UTF-8.
  private static func firstInvalidLine(_ bytes: [UInt8]) -> Int? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
  }

  /// The names in a folder, sorted by their bytes, hidden ones left out; throws where it cannot be
  /// listed.
  static func names(in folder: String) throws(DatasetsError) -> [String] {
    guard let entries = listing(of: folder) else { throw unlistable(folder) }
    return entries.map(\.name).sorted(by: isBefore)
  }

  /// Why nothing is known of what is in a folder.
  static func unlistable(_ folder: String) -> DatasetsError {
    DatasetsError(file: folder, "the folder cannot be listed; does it exist?")
  }

  /// Whether a folder can be listed.
  static func isListable(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    closedir(stream)
    return true
  }

  /// Something in a folder.
  struct FolderEntry {
    /// Where it is not UTF-8, something like it that leads nowhere.
    let name: String
    let isUTF8: Bool
    /// Whether it is a folder; links are followed.
    let isFolder: Bool
    let isLink: Bool
  }

  /// What a folder has in it, in no order, hidden names left out; nil where it cannot be listed.
  /// Files are not asked one by one, of which there may be many.
  static func listing(of folder: String) -> [FolderEntry]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      let (name, isUTF8) = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(validatingCString: $0).map { ($0, true) } ?? (String(cString: $0), false)
        }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      let (isFolder, isLink) =
        switch Int(entry.pointee.d_type) {
        case Int(DT_DIR): (true, false)
        case Int(DT_REG): (false, false)
        // Some file systems do not say of what kind an entry is.
        default: (Self.entry(path) == .folder, Self.isLink(path))
        }
      entries.append(
        FolderEntry(name: name, isUTF8: isUTF8, isFolder: isFolder, isLink: isLink))
    }
    return entries
  }

  /// Whether a text comes before another by its bytes.
  static func isBefore(_ first: String, _ second: String) -> Bool {
    var (first, second) = (first, second)
    return first.withUTF8 { a in second.withUTF8 { b in a.lexicographicallyPrecedes(b) } }
  }
}
