import Basics

/// Finds the files and folders that label files, lists and descriptions name.
///
/// A name is tried as written. If nothing is there, it may be a path of another machine or of a
/// parent folder (`C:\data\images\a.jpg`, `file:///home/x/images/a.jpg`, `data/images/a.jpg`): then
/// the longest end of it that exists in one of the folders is used.
struct PathResolver: Sendable {
  /// How a path was found.
  enum Match: Hashable {
    /// As written.
    case exact(String)
    /// By the end of the name.
    case partial(String)
  }

  /// The folders to which names are relative, in order of preference.
  let folders: [String]
  /// The kind of entry that is searched for; nil for files and folders.
  let kind: FileContents.Entry?

  /// Makes a resolver; repeated folders are searched once.
  init(folders: [String], kind: FileContents.Entry? = nil) {
    var seen: Set<String> = []
    self.folders = folders.map { FilePath.normalized($0) }.filter { seen.insert($0).inserted }
    self.kind = kind
  }

  private func exists(_ path: String) -> Bool {
    let entry = FileContents.entry(path)
    return kind.map { entry == $0 } ?? (entry != .nothing)
  }

  /// The paths at which a name is expected as written.
  func places(of name: String) -> [String] {
    let spellings = [name, FilePath.portable(name)]
    var seen: Set<String> = []
    return spellings.flatMap { name in folders.map { FilePath.join($0, name) } }
      .filter { seen.insert($0).inserted }
  }

  /// The file or folder that a name means; nil if there is none.
  func match(_ name: String) -> Match? {
    if let place = places(of: name).first(where: exists) { return .exact(place) }
    return end(of: name).map { .partial($0) }
  }

  /// The longest end of a name that exists in a folder.
  ///
  /// A component that names a split is never left out: `valid/images` is not `images`.
  func end(of name: String) -> String? {
    let components = FilePath.components(FilePath.portable(name))
    let last = components.lastIndex { SplitName.usualName(String($0)) != nil }
    for start in components.indices where start <= last ?? start {
      let end = components[start...].joined(separator: "/")
      let place = folders.lazy.map { FilePath.join($0, end) }.first(where: exists)
      if let place { return place }
    }
    return nil
  }

  /// The paths of several names. A path that two different names mean by their ends, or that
  /// another name means as written, is a guess: it is used for none of the former.
  static func paths(_ names: [String], _ match: (String) -> Match?) -> [Match?] {
    let matches = names.map(match)
    guard matches.contains(where: { if case .partial? = $0 { true } else { false } }) else {
      return matches
    }
    var exact: Set<String> = []
    var claims: [String: String] = [:]
    var disputed: Set<String> = []
    for (name, match) in zip(names, matches) {
      switch match {
      case .exact(let path)?: exact.insert(path)
      case .partial(let path)?:
        if claims.updateValue(name, forKey: path).map({ $0 != name }) == true {
          disputed.insert(path)
        }
      case nil: break
      }
    }
    return matches.map { match in
      if case .partial(let path)? = match, exact.contains(path) || disputed.contains(path) {
        return nil
      }
      return match
    }
  }
}

extension PathResolver.Match {
  var path: String {
    switch self {
    case .exact(let path), .partial(let path): path
    }
  }
}
