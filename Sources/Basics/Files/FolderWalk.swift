/// Walks through a folder and the folders in it, in the order of the names in each folder; hidden
/// names are left out.
///
/// Lazy: a folder is listed when the walk reaches it.
package struct FolderWalk: Sequence, IteratorProtocol {
  /// Where links to folders are followed.
  package enum LinkPolicy: Sendable {
    /// Wherever they lead, except to a folder that they are in.
    case follow
    /// After all other folders, each folder once, and not upward: to a folder above the link or above
    /// the beginning of the walk. So a folder has its own name where that is below the beginning, too.
    case followOnce
  }

  /// What the walk has come to.
  package enum Step: Hashable, Sendable {
    case file(String)
    /// A link to something that does not exist.
    case brokenLink(String)
    case unlistable(String)
    /// The name of a file or folder that is not UTF-8, as it can be shown.
    case invalidName(String)
    /// A link that leads upward; it is not followed.
    case upwardLink(String)
  }

  private let policy: LinkPolicy
  private let roots: [String]
  /// What comes next, the last first.
  private var pending: [Pending]
  /// Links to folders that are followed when all other folders are done.
  private var links: [String] = []
  private var visited: Set<FileContents.Identity> = []

  private enum Pending {
    case step(Step)
    /// A folder, and the identities of those that it is in.
    case folder(String, within: [FileContents.Identity], isLink: Bool)
  }

  /// Begins in some folders.
  package init(_ folders: [String], links policy: LinkPolicy) {
    self.policy = policy
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

  /// Puts the content of a folder before everything else; a step if that cannot be done.
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
    guard let entries = FileContents.listing(of: folder) else { return .unlistable(folder) }
    let inner = parents + [identity].compactMap(\.self)
    for entry in entries.sorted(by: { FileContents.isBefore($1.name, $0.name) }) {
      let path = folder.hasSuffix("/") ? folder + entry.name : "\(folder)/\(entry.name)"
      if !entry.isUTF8 {
        pending.append(.step(.invalidName(path)))
      } else if entry.isFolder, entry.isLink, policy == .followOnce {
        links.append(path)
      } else if entry.isFolder {
        pending.append(.folder(path, within: inner, isLink: entry.isLink))
      } else {
        let isBroken = entry.isLink && FileContents.entry(path) == .nothing
        pending.append(.step(isBroken ? .brokenLink(path) : .file(path)))
      }
    }
    return nil
  }

  /// Whether a link leads to a folder above itself, or above one of some folders: the walk would
  /// leave them, and could go through the whole machine.
  package static func leadsUpward(_ link: String, from folders: [String]) -> Bool {
    let target = FileContents.resolved(link)
    return (folders + [FileContents.resolved(FilePath.folder(link))])
      .contains { FilePath.isInside($0, target) }
  }
}
