import Basics
import Imaging

/// Reads YOLO datasets: with a `data.yaml` or Darknet's `obj.data`, or plain folders.
///
/// Source: the dataset page of Ultralytics' documentation, and exports of Roboflow and CVAT.
struct YOLOReader: FormatReader {
  static let appearance = "a data.yaml or obj.data, or a folder with images/ and labels/*.txt"

  /// The base of relative paths: the description's `path` if that exists, else `home`.
  let root: String
  /// The folder of the description file, or the dataset's root.
  private let home: String
  /// The parsed description; nil for a dataset of folders only.
  private var description: YOLODescription?
  private let descriptionPath: String
  /// From the description or, for plain folders, from `classes.txt`.
  private let classNames: [String]?
  private var notice: DatasetIssue?
  /// The image folder of each split of a dataset without a description.
  private var folders: [String: String] = [:]
  let splits: [String]

  static func recognizes(_ path: String) -> Bool {
    if descriptionFile(path) != nil { return true }
    guard FileContents.entry(path) == .folder else { return false }
    return !YOLOLayout.splits(in: path).isEmpty
  }

  static func evidence(in path: String) -> [String] {
    if let file = descriptionFile(path) { return [file] }
    return YOLOLayout.splits(in: path).values.sorted()
  }

  /// The path itself if it is a description by its name, or the description in that folder: a
  /// `data.yaml`, or else the only description that is there.
  private static func descriptionFile(_ path: String) -> String? {
    let endings = ["yaml", "yml", "data"]
    switch FileContents.entry(path) {
    case .nothing: return nil
    case .file: return endings.contains(FilePath.ending(path)) ? path : nil
    case .folder:
      let names = ((try? FileContents.names(in: path)) ?? [])
        .filter { endings.contains(FilePath.ending($0)) }
      let usual = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"]
      if let name = usual.first(where: names.contains) { return FilePath.join(path, name) }
      let descriptions = names.prefix(20).map { FilePath.join(path, $0) }.filter { file in
        guard let text = try? FileContents.text(file) else { return false }
        return FilePath.ending(file) == "data"
          ? DarknetDescription.isOne(text) : YOLODescription.isOne(text, file: file)
      }
      return descriptions.count == 1 ? descriptions[0] : nil
    }
  }

  init(path: String) throws(DatasetsError) {
    if let file = Self.descriptionFile(path),
      let text = try DatasetsError.wrap(FileContents.text(file))
    {
      try self.init(description: text, file: file)
    } else {
      try self.init(folder: path)
    }
    if splits.isEmpty {
      throw DatasetsError(
        file: descriptionPath,
        "no split is named here; write for instance \"train: images/train\" "
          + "and \"val: images/val\".")
    }
  }

  private init(description text: String, file: String) throws(DatasetsError) {
    let description =
      try FilePath.ending(file) == "data"
      ? DarknetDescription.read(text, file: file) : YOLODescription(text, file: file)
    home = FilePath.folder(file)
    let named = description.path.flatMap {
      PathResolver(folders: [FilePath.folder(file)], kind: .folder).match($0)
    }
    root = if case .exact(let path)? = named { path } else { home }
    if root == home, let path = description.path, named?.path != home {
      notice = DatasetIssue(
        .layout, file,
        "\"path: \(path)\" does not exist; the folder of the description itself is used instead.")
    }
    self.description = description
    descriptionPath = file
    classNames = description.classNames
    // A split that is not named has the folder with its name, unless a named one has that.
    let resolver = PathResolver(folders: [root, home])
    let taken = Set(
      description.splits.values.flatMap(\.self).compactMap { resolver.match($0)?.path }
        .map { FileContents.resolved($0) })
    for split in SplitName.usual {
      let folder = YOLOLayout.folder(of: split, in: root)
      folders[split] = folder.flatMap { taken.contains(FileContents.resolved($0)) ? nil : $0 }
    }
    splits = SplitName.sorted(Set(description.splits.keys).union(folders.keys))
  }

  private init(folder path: String) throws(DatasetsError) {
    guard FileContents.entry(path) == .folder else {
      throw DatasetsError(
        file: path, "a YOLO dataset is a folder or a description that ends in .yaml or .data.")
    }
    root = path
    home = path
    descriptionPath = path
    try YOLOLayout.checkSplits(in: path)
    folders = YOLOLayout.splits(in: path)
    classNames = try YOLOLayout.classNames(in: path, folders: folders.values.sorted())
    splits = SplitName.sorted(folders.keys)
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
    let (classes, indices) = classes(named: names, issues: &issues)
    if let keyPoints = description?.keyPoints {
      issues.report(
        .ignoredAnnotations, descriptionPath,
        "the rows are \(keyPoints.row); only the boxes are read.")
    }
    let images = try images(split: split, issues: &issues)
    var locator = YOLOLabelLocator(bases: [root, home])
    let labels = images.map { locator.label(of: $0.path) }
    issues += locator.issues(images.map(\.path), labels, areListed: images.map(\.isListed))
    let files = self.labels(at: labels.map(\.path), on: reading.runner) {
      (bytes, path) throws(DatasetsError) in
      try YOLOLabels.read(
        bytes, file: path, classCount: names.count, keyPoints: description?.keyPoints,
        segmentations: reading.segmentations)
    }
    issues += files.flatMap(\.issues)
    let parsed = zip(zip(images, labels), files).map { place, file in
      ParsedImage(
        imagePath: place.0.path, labelPath: place.1.path,
        objects: file.objects(renumbered: indices),
        labels: file.state)
    }
    try refuseUnlabeled(parsed, split: split)
    return ParsedDataset(
      classNames: classes.names, images: parsed,
      conventions: BoxConventions(.centerAndSize, expectsFractions: true),
      hasKeypoints: description?.keyPoints != nil, issues: issues)
  }

  /// The classes without repeated names, and the class index of each name.
  private func classes(
    named names: [String], issues: inout [DatasetIssue]
  ) -> (ClassTable, indices: [Int]) {
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
    return (classes, indices)
  }

  /// Throws if no image of a split has a label file.
  private func refuseUnlabeled(_ images: [ParsedImage], split: String) throws(DatasetsError) {
    guard let first = images.first, images.allSatisfy({ $0.labels == .absent }) else { return }
    let isThere = FileContents.entry(first.imagePath) != .nothing
    throw DatasetsError(
      file: descriptionPath,
      "none of the \(images.count) images of the split \"\(split)\" "
        + (isThere
          ? "has a label file; the first is expected at \(first.labelPath)."
          : "was found; the first, \(first.imagePath), does not exist."))
  }

  // MARK: Images

  private typealias ListedImage = (path: String, isListed: Bool)

  /// The images of a split, by folder or in list order.
  private func images(
    split: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [ListedImage] {
    guard let entries = description?.splits[split] else {
      let folder = folders[split] ?? root
      if description != nil {
        issues.report(
          .layout, descriptionPath,
          "the split \"\(split)\" is not named; the folder \(folder) is used instead.")
      }
      return try imageFiles(in: folder, issues: &issues)
    }
    let resolver = PathResolver(folders: [root, home])
    // Two entries of a description never mean one place by their ends.
    let all = (description?.splits ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value)
    let matches = Dictionary(
      zip(all, PathResolver.paths(all, resolver.match)).map { ($0, $1) },
      uniquingKeysWith: { first, _ in first })
    var images: [ListedImage] = []
    for entry in entries {
      guard let match = matches[entry] ?? nil else {
        throw DatasetsError(
          file: descriptionPath,
          "\"\(split): \(entry)\" does not exist; searched for at "
            + resolver.places(of: entry).joined(separator: " and ") + ".")
      }
      let place = match.path
      if case .partial = match {
        issues.report(
          .layout, descriptionPath,
          "\"\(split): \(entry)\" does not exist; \(place) is used instead.")
      }
      if FileContents.entry(place) == .folder {
        images += try imageFiles(in: place, issues: &issues)
      } else if FilePath.ending(place) == "txt" {
        images += try listedImages(place, issues: &issues)
      } else if FilePath.isAnyImage(place) {
        images.append((place, true))
      } else {
        throw DatasetsError(
          file: descriptionPath,
          "\"\(split)\" names \(place), which is neither a folder, nor a "
            + "list that ends in .txt, nor an image.")
      }
    }
    return images
  }

  private func imageFiles(
    in folder: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [ListedImage] {
    let images = try ImageFolder.files(below: folder, issues: &issues, where: FilePath.isAnyImage)
    if images.isEmpty {
      throw DatasetsError(file: folder, "the folder holds no images.")
    }
    return images.map { ($0, false) }
  }

  /// The images in a list file, one per line, relative to the dataset or to the list file.
  private func listedImages(
    _ list: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [ListedImage] {
    let resolver = PathResolver(folders: [root, FilePath.folder(list), home], kind: .file)
    let names = try ImageFolder.listed(list)
    let matches = PathResolver.paths(names, resolver.match)
    for (name, match) in zip(names, matches) where match == nil {
      try ImageFolder.refuseFolder(name, at: resolver.places(of: name), in: list)
    }
    let moved = zip(names, matches).filter { if case .partial? = $0.1 { true } else { false } }
    if let (name, match) = moved.first {
      issues.report(
        .layout, list,
        "\(moved.count) of \(Sentence.count(names.count, "image")) do not exist as listed and were "
          + "found by the ends of their paths, for instance \(match?.path ?? "") for \"\(name)\".")
    }
    return zip(names, matches).map { name, match in
      (match?.path ?? FilePath.join(root, name), true)
    }
  }
}
