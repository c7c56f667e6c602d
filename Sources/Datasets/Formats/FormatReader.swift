import Basics

/// A reader of a dataset format: one conforming type per file, listed in `DatasetFormat`.
protocol FormatReader {
  /// Whether the names of files and folders at a path fit this format.
  static func recognizes(_ path: String) -> Bool
  /// The layout of the format, for the message when no format fits.
  static var appearance: String { get }

  /// Opens the description of a dataset.
  init(path: String) throws(DatasetsError)
  /// The folder that the dataset lies in.
  var root: String { get }
  /// The splits that there are, `train` first where there is one.
  var splits: [String] { get }
  /// Whether images are those that label files list, and all such files are of a split: then a
  /// check has to search for images that none lists.
  var listsAllImages: Bool { get }
  /// Reads one of the splits; labels that cannot be parsed are among the issues. Where class
  /// names are given and the format names classes in its label files, it need not search for others.
  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset
}

extension FormatReader {
  var listsAllImages: Bool { false }

  /// The error for a split that a dataset does not have.
  func noSplit(_ name: String, at path: String) -> DatasetsError {
    DatasetsError(
      file: path,
      "there is no split \"\(name)\"; there is "
        + splits.map { "\"\($0)\"" }.joined(separator: ", ") + ".")
  }

  /// The label files that lie beside some others, or where a dataset has them, and that are not
  /// among those.
  func listsBeside(_ files: [String]) -> [String] {
    let read = Set(files)
    let folders = Set(files.map { FilePath.folder($0) })
      .union([FilePath.normalized(root), FilePath.join(root, "annotations")])
    return folders.flatMap { folder in
      (FileContents.listing(of: folder) ?? []).map { FilePath.join(folder, $0.name) }
    }
    .filter { FilePath.ending($0) == "json" && !read.contains($0) && JSONKind(of: $0) != .other }
  }

  /// Reads many label files, in parallel where the runner is.
  func labels(
    at paths: [String], on runner: any ParallelExecutor,
    _ read: (_ bytes: [UInt8], _ path: String) throws(DatasetsError) -> LabelFile
  ) -> [LabelFile] {
    runner.map(paths.count) { index in
      do throws(DatasetsError) {
        guard let bytes = try DatasetsError.wrap(FileContents.bytes(paths[index])) else {
          return LabelFile(state: .absent)
        }
        return try read(bytes, paths[index])
      } catch {
        let issue = DatasetIssue(.malformedLabels, paths[index], error)
        return LabelFile(state: .unreadable, issues: [issue])
      }
    }
  }
}
