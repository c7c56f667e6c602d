/// Walks through folders of pictures.
enum PictureFolder {
  /// All files below a folder that pass a test of their name, sorted by path.
  ///
  /// Deeper than eight folders nothing is looked for, and a link that leads back up is not followed.
  static func files(
    below folder: String, where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    var files: [String] = []
    try collect(folder, above: [], into: &files, where: isWanted)
    return files
  }

  private static func collect(
    _ folder: String, above: [FileContents.Identity], into files: inout [String],
    where isWanted: (String) -> Bool
  ) throws(DatasetsError) {
    let here = FileContents.identity(folder)
    for name in try FileContents.names(in: folder) {
      let path = FilePath.join(folder, name)
      if isWanted(name) {
        files.append(path)
      } else if above.count < 8, FileContents.entry(path) == .folder,
        let inner = FileContents.identity(path), inner != here, !above.contains(inner)
      {
        try collect(path, above: above + (here.map { [$0] } ?? []), into: &files, where: isWanted)
      }
    }
  }

  /// All pictures below a folder, sorted by path.
  static func pictures(below folder: String) throws(DatasetsError) -> [String] {
    try files(below: folder, where: FilePath.isPicture)
  }

  /// The pictures directly in a folder, in no order; none where it cannot be listed.
  static func pictures(directlyIn folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter { FilePath.isPicture($0.name) }
      .map { FilePath.join(folder, $0.name) }
  }

  /// Whether pictures lie directly in a folder.
  static func hasPictures(_ folder: String) -> Bool {
    (FileContents.listing(of: folder) ?? []).contains { FilePath.isPicture($0.name) }
  }

  /// The folders directly in a folder, sorted.
  static func folders(in folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter(\.isFolder).map(\.name)
      .sorted(by: FileContents.isBefore).map { FilePath.join(folder, $0) }
  }

  /// The folders in a data set that are called as splits are, by split.
  static func splits(in root: String) -> [String: String] {
    var splits: [String: String] = [:]
    for split in SplitName.usual {
      for spelling in SplitName.spellings(split) where splits[split] == nil {
        let path = FilePath.join(root, spelling)
        if FileContents.entry(path) == .folder { splits[split] = path }
      }
    }
    return splits
  }
}
