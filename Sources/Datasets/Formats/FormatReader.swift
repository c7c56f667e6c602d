import Basics

/// A reader of a dataset format: one conforming type per file, listed in `DatasetFormat`.
protocol FormatReader {
  /// Whether the file and folder names at a path match the format.
  static func recognizes(_ path: String) -> Bool
  /// The files and folders by which the format is recognized, for a message.
  static func evidence(in path: String) -> [String]
  /// The format's layout, for the message shown if no format matches.
  static var appearance: String { get }

  /// Opens the description of the dataset at a path.
  init(path: String) throws(DatasetsError)
  /// The dataset's folder.
  var root: String { get }
  /// The available splits, `train` first if it exists.
  var splits: [String] { get }
  /// Whether label files list the images, and each such file belongs to a split: a check then
  /// searches for images that no label file lists.
  var listsAllImages: Bool { get }
  /// Reads a split; labels that cannot be parsed are reported as issues. If class names are given
  /// and the format's label files name their classes, other splits need not be searched for
  /// classes.
  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset
}

extension FormatReader {
  static func evidence(in path: String) -> [String] { [path] }

  var listsAllImages: Bool { false }

  /// The error for a split that the dataset does not have.
  func noSplit(_ name: String, at path: String) -> DatasetsError {
    DatasetsError(
      file: path,
      "there is no split \"\(name)\"; there is "
        + splits.map { "\"\($0)\"" }.joined(separator: ", ") + ".")
  }

  /// JSON label files beside the given ones, in the root folder or in `annotations`, that are not
  /// among the given ones.
  func listsBeside(_ files: [String]) -> [String] {
    let read = Set(files)
    let folders = Set(files.map { FilePath.folder($0) })
      .union([FilePath.normalized(root), FilePath.join(root, "annotations")])
    return folders.flatMap { ImageFolder.files(directlyIn: $0, endings: "json") }
      .filter { !read.contains($0) && JSONKind(of: $0) != .other }
  }

  /// The error of a file in the place of a label file that is of another kind, such as a Git LFS
  /// pointer; nil if it may be a label file.
  private static func otherKind(_ bytes: [UInt8], _ path: String) -> DatasetsError? {
    FileKind.nameUnlessText(of: bytes).map {
      DatasetsError(file: path, "labels are expected, but it is \($0).")
    }
  }

  /// Reads label files, in parallel if the executor is parallel.
  func labels(
    at paths: [String], on runner: any ParallelExecutor,
    _ read: (_ bytes: [UInt8], _ path: String) throws(DatasetsError) -> LabelFile
  ) -> [LabelFile] {
    runner.map(paths.count) { index in
      do throws(DatasetsError) {
        guard let bytes = try DatasetsError.wrap(FileContents.bytes(paths[index])) else {
          return LabelFile(state: .absent)
        }
        var file: LabelFile
        do throws(DatasetsError) {
          file = try read(bytes, paths[index])
        } catch {
          throw Self.otherKind(bytes, paths[index]) ?? error
        }
        if file.objects.isEmpty, !file.issues.isEmpty, file.state == .given {
          if let error = Self.otherKind(bytes, paths[index]) { throw error }
          file.state = .broken
        }
        return file
      } catch {
        let issue = DatasetIssue(.malformedLabels, paths[index], error)
        return LabelFile(state: .unreadable, issues: [issue])
      }
    }
  }
}
