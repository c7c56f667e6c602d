import Basics

/// Many paths in little memory, taken one after the other.
struct PackedPaths: Sendable {
  /// The folder that was given, whose subfolders are kept in the names of outputs; nil for files.
  let folder: String?
  private var bytes: [UInt8] = []
  /// The end of each path in `bytes`.
  private var ends: [Int] = []
  private var taken = 0

  init(folder: String? = nil) { self.folder = folder }

  var count: Int { ends.count }

  mutating func append(_ path: String) {
    bytes += path.utf8
    ends.append(bytes.count)
  }

  mutating func next() -> InputItem? {
    guard taken < ends.count else { return nil }
    let start = taken == 0 ? 0 : ends[taken - 1]
    let path = String(decoding: bytes[start..<ends[taken]], as: UTF8.self)
    taken += 1
    guard let folder, path.hasPrefix(folder) else { return InputItem(path: path) }
    return InputItem(path: path, name: OutputPath.inside(String(path.dropFirst(folder.count))))
  }
}
