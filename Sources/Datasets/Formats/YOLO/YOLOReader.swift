import Basics
import Imaging

/// Reads YOLO datasets: with a `data.yaml`, or plain folders `images` and `labels`.
///
/// Source: the dataset page of Ultralytics' documentation, and exports of Roboflow and CVAT.
struct YOLOReader: FormatReader {
  static let appearance = "a data.yaml, or a folder with images/ and labels/"

  /// The base of relative paths: the description's `path` if that exists, else `home`.
  let root: String
  /// The folder of the description file, or the dataset's root.
  private let home: String
  /// The parsed `data.yaml`; nil for a dataset of folders only.
  private var description: YOLODescription?
  private let descriptionPath: String
  /// From the description or, for plain folders, from `classes.txt`.
  private let classNames: [String]?
  private var notice: DatasetIssue?
  let splits: [String]

  static func recognizes(_ path: String) -> Bool {
    if descriptionFile(path) != nil { return true }
    guard FileContents.entry(path) == .folder else { return false }
    return isPlainFolder(path) || SplitName.usual.contains { hasLabels(of: $0, in: path) }
  }

  /// The path itself if it is a YAML file, or the YAML file in that folder: `data.yaml`, or the
  /// only YAML file.
  private static func descriptionFile(_ path: String) -> String? {
    switch FileContents.entry(path) {
    case .nothing: return nil
    case .file: return ["yaml", "yml"].contains(FilePath.ending(path)) ? path : nil
    case .folder:
      let names = ((try? FileContents.names(in: path)) ?? [])
        .filter { ["yaml", "yml"].contains(FilePath.ending($0)) }
      let usual = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"]
      let name = usual.first { names.contains($0) } ?? (names.count == 1 ? names.first : nil)
      return name.map { FilePath.join(path, $0) }
    }
  }

  /// Whether a folder contains the folders `images` and `labels`.
  private static func isPlainFolder(_ path: String) -> Bool {
    ["images", "labels"].allSatisfy { FileContents.entry(FilePath.join(path, $0)) == .folder }
  }

  /// Whether a split has an image folder and a label folder.
  private static func hasLabels(of split: String, in root: String) -> Bool {
    guard let images = YOLOLayout.folder(of: split, in: root) else { return false }
    let labels = FilePath.folder(YOLOLayout.labelPath(of: FilePath.join(images, "x.jpg")))
    return FileContents.entry(labels) == .folder
  }

  init(path: String) throws(DatasetsError) {
    if let file = Self.descriptionFile(path),
      let text = try DatasetsError.wrap(FileContents.text(file))
    {
      let description = try YOLODescription(text, file: file)
      home = FilePath.folder(file)
      let named = ImageFolder.folder(description.path.map { [$0] } ?? [], in: home)
      root = named ?? home
      if named == nil, let path = description.path {
        notice = DatasetIssue(
          .layout, file,
          "\"path: \(path)\" does not exist; the folder of the description itself is used instead."
        )
      }
      self.description = description
      descriptionPath = file
      classNames = description.classNames
      let root = root
      splits = SplitName.usual.filter {
        description.splits[$0] != nil || YOLOLayout.folder(of: $0, in: root) != nil
      }
    } else {
      guard FileContents.entry(path) == .folder else {
        throw DatasetsError(
          file: path, "a YOLO dataset is a folder or a description that ends in .yaml.")
      }
      root = path
      home = path
      descriptionPath = path
      classNames = try ClassList.listed(in: path, isNumbered: true)
      let found = SplitName.usual.filter { YOLOLayout.folder(of: $0, in: path) != nil }
      // Images directly in images/ are not split: all are `train`.
      splits = found.isEmpty && Self.isPlainFolder(path) ? ["train"] : found
    }
    if splits.isEmpty {
      throw DatasetsError(
        file: descriptionPath,
        "no split is named here; write for instance \"train: images/train\" "
          + "and \"val: images/val\".")
    }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    guard let names = self.classNames ?? classNames else {
      throw DatasetsError(
        file: root,
        "no class names were found; list them in classes.txt, one per line, or write "
          + "a data.yaml.")
    }
    var issues = notice.map { [$0] } ?? []
    var classes = ClassTable()
    let indices = names.enumerated().map { number, name in
      let (isNew, index) = classes.insert(name)
      if !isNew {
        issues.report(
          .duplicateEntry, descriptionPath,
          "class \(number) is named \"\(name)\" like one before it; both are used as one class.")
      }
      return index
    }
    let images = try imagePaths(split: split, issues: &issues)
    let paths = images.map { YOLOLayout.labelPath(of: $0) }
    let files = labels(at: paths, on: reading.runner) {
      (bytes, path) throws(DatasetsError) in
      try YOLOLabels.read(
        bytes, file: path, classCount: names.count, segmentations: reading.segmentations)
    }
    issues += files.flatMap(\.issues)
    let parsed = zip(zip(images, paths), files).map { place, file in
      ParsedImage(
        imagePath: place.0, labelPath: place.1, objects: file.objects(renumbered: indices),
        labels: file.state)
    }
    if let first = parsed.first, parsed.allSatisfy({ $0.labels == .absent }) {
      throw DatasetsError(
        file: descriptionPath,
        "none of the \(parsed.count) images of the split \"\(split)\" "
          + "has a label file; the first is expected at \(first.labelPath).")
    }
    return ParsedDataset(
      classNames: classes.names, images: parsed, boxLayout: .centerAndSize, issues: issues)
  }

  /// The image paths of a split, by folder or in list order.
  private func imagePaths(
    split: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [String] {
    guard let entries = description?.splits[split] else {
      let plain = FilePath.join(root, "images")
      let folder = YOLOLayout.folder(of: split, in: root) ?? plain
      if description != nil {
        issues.report(
          .layout, descriptionPath,
          "the split \"\(split)\" is not named; the folder \(folder) is used instead.")
      }
      return try imageFiles(in: folder, issues: &issues)
    }
    var images: [String] = []
    for entry in entries {
      let place = try locate(entry, key: split, issues: &issues)
      if FileContents.entry(place) == .folder {
        images += try imageFiles(in: place, issues: &issues)
      } else if FilePath.ending(place) == "txt" {
        images += try listedImages(place)
      } else if FilePath.isImage(place) {
        images.append(place)
      } else {
        throw DatasetsError(
          file: descriptionPath,
          "\"\(split)\" names \(place), which is neither a folder, nor a "
            + "list that ends in .txt, nor an image.")
      }
    }
    return images
  }

  /// Resolves an entry of the description to a path.
  private func locate(
    _ entry: String, key: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> String {
    // Roboflow writes ../train/images for train/images.
    let names = sequence(first: entry) { $0.hasPrefix("../") ? String($0.dropFirst(3)) : nil }
    let paths = names.flatMap { name in [root, home].map { FilePath.join($0, name) } }
    guard let place = paths.firstIndex(where: { FileContents.entry($0) != .nothing }) else {
      let tried = paths.enumerated().filter { paths.firstIndex(of: $0.element) == $0.offset }
      throw DatasetsError(
        file: descriptionPath,
        "\"\(key): \(entry)\" does not exist; searched for at "
          + tried.map(\.element).joined(separator: " and ") + ".")
    }
    if place >= 2 {
      issues.report(
        .layout, descriptionPath,
        "\"\(key): \(entry)\" does not exist; \(paths[place]) is used instead.")
    }
    return paths[place]
  }

  private func imageFiles(
    in folder: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [String] {
    let images = try ImageFolder.files(
      below: folder, issues: &issues, where: FilePath.isImage)
    if images.isEmpty {
      throw DatasetsError(file: folder, "the folder holds no .jpg, .jpeg or .png images.")
    }
    for orphan in YOLOLayout.orphans(of: images) {
      issues.report(
        .orphanedLabels, orphan, "the label file belongs to no image; it is not read.")
    }
    return images
  }

  /// The image paths in a list file, one per line, relative to the dataset or to the list file.
  private func listedImages(_ list: String) throws(DatasetsError) -> [String] {
    let folders = [root, FilePath.folder(list), home]
    return try ImageFolder.listed(list).map { name in
      let paths = folders.map { FilePath.join($0, name) }
      return paths.first { FileContents.entry($0) == .file } ?? paths[0]
    }
  }
}
