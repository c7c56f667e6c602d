import Foundation

/// Joins, splits and normalizes paths as text, without access to the file system.
package enum FilePath {
  /// Joins a folder and a relative path; an absolute path is returned unchanged.
  package static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") { return normalized(path) }
    return normalized(folder.isEmpty ? path : folder + "/" + path)
  }

  /// The path without `.`, `x/..` and repeated slashes.
  package static func normalized(_ path: String) -> String {
    if isNormal(path) { return path }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// Whether a path is normalized: no component is empty, `.` or `..`.
  private static func isNormal(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { bytes in
      let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
      guard let last = bytes.last, last != slash else { return false }
      /// The length of the current component, and the number of dots in it.
      var (length, dots) = (0, 0)
      for (place, byte) in bytes.enumerated() {
        if byte == slash {
          if place > 0, length == 0 || dots == length { return false }
          (length, dots) = (0, 0)
        } else {
          length += 1
          dots += byte == dot ? 1 : 0
        }
      }
      return dots < length
    }
  }

  /// The last component of a path.
  package static func name(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    let last = path.utf8.index(after: slash)
    if last < path.endIndex { return String(path[last...]) }
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The path of the parent folder; `.` for a path of one component.
  package static func folder(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path without its file extension.
  package static func stem(_ path: String) -> String {
    endingDot(path).map { String(path[..<$0]) } ?? path
  }

  /// The file extension without its dot, in lower case; empty if there is none.
  package static func ending(_ path: String) -> String {
    endingDot(path).map { path[path.utf8.index(after: $0)...].lowercased() } ?? ""
  }

  /// The dot before the file extension; the leading dot of a hidden file is not one.
  private static func endingDot(_ path: String) -> String.Index? {
    guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map(path.utf8.index(after:)) ?? path.startIndex
    return dot > name ? dot : nil
  }

  /// Whether a path equals a folder or lies below it, compared as text.
  package static func isInside(_ path: String, _ folder: String) -> Bool {
    let (path, folder) = (normalized(path), normalized(folder))
    if folder == "." { return !path.hasPrefix("/") && !path.hasPrefix("..") }
    return path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
  }

  /// A name or path that is not UTF-8, for messages: its other bytes as `\xNN`.
  package static func printable(_ bytes: some Collection<UInt8>) -> String {
    var rest = ArraySlice(bytes)
    var text = ""
    while let first = rest.first {
      let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }
        .first
      text += character ?? "\\x" + String(first, radix: 16)
      rest = rest.dropFirst(character?.utf8.count ?? 1)
    }
    return text
  }

  /// A path as another machine or tool may have written it, in this machine's notation: a `file:`
  /// URL becomes its path, backslashes become slashes, and a drive letter is removed.
  package static func portable(_ path: String) -> String {
    var path = path
    if path.prefix(5).lowercased() == "file:" {
      path = String(path.dropFirst(5))
      // file://host/path: the host is not part of the path.
      if path.hasPrefix("//") { path = String(path.dropFirst(2).drop { $0 != "/" }) }
      path = path.removingPercentEncoding ?? path
    }
    if path.contains("\\") { path = String(path.map { $0 == "\\" ? "/" : $0 }) }
    let drive = path.drop { $0 == "/" }
    let isDrive =
      drive.first.map { $0.isASCII && $0.isLetter } == true && drive.dropFirst().hasPrefix(":/")
    return isDrive ? String(drive.dropFirst(2)) : path
  }

  /// The components of a path without empty ones and `.`; `..` and what it leads out of are
  /// removed.
  package static func components(_ path: String) -> [Substring] {
    normalized(path).split(separator: "/").filter { $0 != ".." && $0 != "." }
  }
}
