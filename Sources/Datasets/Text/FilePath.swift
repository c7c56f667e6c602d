/// Paths as text: joined, cut and brought into one form without asking the disk.
enum FilePath {
  /// A path below a folder; an absolute one stays as it is.
  static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") { return normalized(path) }
    return normalized(folder.isEmpty ? path : folder + "/" + path)
  }

  /// The path without `.` and doubled slashes, and with `x/..` removed.
  static func normalized(_ path: String) -> String {
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

  /// The last part of a path.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// All but the last part of a path.
  static func folder(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path without the ending after its last dot.
  static func stem(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), dot > (path.lastIndex(of: "/") ?? path.startIndex)
    else { return path }
    return String(path[..<dot])
  }

  /// The ending after the last dot, in lower case, or nothing.
  static func ending(_ path: String) -> String {
    let stem = stem(path)
    return stem.count == path.count ? "" : path.dropFirst(stem.count + 1).lowercased()
  }

  /// Whether the ending is one of those that pictures have here. What they hold is decided by
  /// content when they are read.
  static func isPicture(_ path: String) -> Bool {
    ["jpg", "jpeg", "jpe", "jfif", "png"].contains(ending(path))
  }

  /// Whether a path is a folder or lies below it, both as text.
  static func isInside(_ path: String, _ folder: String) -> Bool {
    let (path, folder) = (normalized(path), normalized(folder))
    if folder == "." { return !path.hasPrefix("/") && !path.hasPrefix("..") }
    return path == folder || path.hasPrefix(folder + "/")
  }

  /// A path with the slashes of this system, where it was written on one with others.
  static func plain(_ path: String) -> String {
    path.contains("\\") ? String(path.map { $0 == "\\" ? "/" : $0 }) : path
  }
}
