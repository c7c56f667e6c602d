/// Iterates over the files in folders and their subfolders, sorted by name within each folder;
/// hidden entries are skipped.
///
/// Lazy: a folder is listed when the iteration reaches it.
package struct FolderWalk: Sequence, IteratorProtocol {
  /// Which symbolic links to folders are followed.
  package enum LinkPolicy: Sendable {
    /// All, except links to a folder that contains them.
    case follow
    /// Links are followed after all real folders, each target once, and never to a parent folder of
    /// the link or of a root. A folder reachable both ways is therefore listed under its real path.
    case followOnce
  }

  /// One element of the iteration.
  package enum Step: Hashable, Sendable {
    case file(String)
    /// A symbolic link whose target does not exist.
    case brokenLink(String)
    case unlistable(String)
    /// A file or folder whose name is not UTF-8, with a printable form of the name. That of a folder
    /// ends with a slash.
    case invalidName(String)
    /// A link to a parent folder; it is not followed.
    case upwardLink(String)
    /// A named pipe, socket or device; reading it could wait forever.
    case special(String)
  }

  private let policy: LinkPolicy
  /// Whether a folder below the roots is left out.
  private let isSkipped: (String) -> Bool
  private let roots: [String]
  /// Entries still to visit, as a stack.
  private var pending: [Pending]
  /// Links to folders, to follow after all other folders.
  private var links: [String] = []
  private var visited: Set<FileContents.Identity> = []

  private enum Pending {
    case step(Step)
    /// A folder, and the identities of its parent folders.
    case folder(String, within: [FileContents.Identity], isLink: Bool)
  }

  /// Iterates over the given root folders.
  ///
  /// - Parameter isSkipped: Whether a folder below the roots is left out.
  package init(
    _ folders: [String], links policy: LinkPolicy,
    skipping isSkipped: @escaping (String) -> Bool = { _ in false }
  ) {
    self.policy = policy
    self.isSkipped = isSkipped
    roots = policy == .followOnce ? folders.map { FileContents.resolved($0) } : []
    pending = folders.reversed().map { .folder($0, within: [], isLink: false) }
  }

  package mutating func next() -> Step? {
    while true {
      switch pending.popLast() {
      case .step(let step)?: return step
      case .folder(let path, let parents, let isLink)?:
        if let step = enter(path, within: parents, isLink: isLink) { return step }
      case nil:
        if links.isEmpty { return nil }
        pending = links.sorted { FileContents.isBefore($1, $0) }
          .map { .folder($0, within: [], isLink: true) }
        links = []
      }
    }
  }

  /// Pushes the content of a folder onto the stack; returns a step if it cannot be listed.
  private mutating func enter(
    _ folder: String, within parents: [FileContents.Identity], isLink: Bool
  ) -> Step? {
    let identity = FileContents.identity(folder)
    switch policy {
    case .follow:
      if let identity, parents.contains(identity) { return nil }
    case .followOnce:
      if let identity, !visited.insert(identity).inserted { return nil }
      if isLink, Self.leadsUpward(folder, from: roots) { return .upwardLink(folder) }
    }
    if !parents.isEmpty, isSkipped(folder) { return nil }
    guard let entries = FileContents.listing(of: folder) else { return .unlistable(folder) }
    let inner = parents + [identity].compactMap(\.self)
    for entry in entries.sorted(by: { FileContents.isBefore($1.name, $0.name) }) {
      let path = folder.hasSuffix("/") ? folder + entry.name : "\(folder)/\(entry.name)"
      if !entry.isUTF8 {
        pending.append(.step(.invalidName(entry.isFolder ? path + "/" : path)))
      } else if entry.isFolder, entry.isLink, policy == .followOnce {
        links.append(path)
      } else if entry.isFolder {
        pending.append(.folder(path, within: inner, isLink: entry.isLink))
      } else if entry.kind == .special {
        pending.append(.step(.special(path)))
      } else {
        let isBroken = entry.isLink && FileContents.entry(path) == .nothing
        pending.append(.step(isBroken ? .brokenLink(path) : .file(path)))
      }
    }
    return nil
  }

  /// Whether a link leads to a parent folder of itself or of one of `folders`; following it would
  /// leave them and could visit the whole file system.
  package static func leadsUpward(_ link: String, from folders: [String]) -> Bool {
    let target = FileContents.resolved(link)
    return (folders + [FileContents.resolved(FilePath.folder(link))])
      .contains { FilePath.isInside($0, target) }
  }
}
