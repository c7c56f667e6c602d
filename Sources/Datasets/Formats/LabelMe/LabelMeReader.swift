import Basics
import Imaging

/// Reads LabelMe folders: a JSON file with shapes beside each image.
///
/// The folders `train`, `val` and `test` are splits, if they exist, also those in `annotations` or a
/// folder like it; they may have subfolders.
/// Shapes with the same group and label are one object. Source: github.com/wkentaro/labelme.
struct LabelMeReader: FormatReader {
  static let appearance = "a folder with images and a .json of \"shapes\" beside each"

  let root: String
  /// The folders of each split.
  private let folders: [String: [String]]
  var splits: [String] { SplitName.sorted(folders.keys) }

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    // The label files are beside the images or in a folder of their own, or in split folders.
    let folders = ImageFolder.folders(in: path).paths.prefix(100)
    let inner = folders.prefix(20).flatMap { ImageFolder.folders(in: $0).paths.prefix(20) }
    return ([path] + folders + inner).contains { folder in
      // A few files are enough: the files of a folder have the same format.
      ImageFolder.files(directlyIn: folder, endings: "json").prefix(3).contains {
        JSONKind(of: $0) == .labelMe
      }
    }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    guard FileContents.entry(path) == .folder else {
      throw DatasetsError(
        file: path, "a LabelMe dataset is \(Self.appearance), but this is not a folder.")
    }
    let inner = ImageFolder.folders(named: Self.partNames, in: path)
    for folder in [path] + inner { try ImageFolder.checkSplits(in: folder) }
    let splits = ([path] + inner).flatMap { ImageFolder.folders(in: $0).paths }.filter {
      SplitName.usualName(FilePath.name($0)) != nil
    }
    let found = Dictionary(grouping: splits) { SplitName.canonical(FilePath.name($0)) }
    folders = found.isEmpty ? ["train": [path]] : found
  }

  /// The folders that may hold those of the splits, in lower case.
  private static let partNames = ImageFolder.labelNames + ["images", "data"]

  /// The files of a split whose names pass a test.
  private func files(
    of split: String, issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    var files: [String] = []
    for folder in folders[split] ?? [root] {
      files += try ImageFolder.files(below: folder, issues: &issues, where: isWanted)
    }
    return files
  }

  /// Reports label files outside of the folders of splits.
  private func reportOthers(_ issues: inout [DatasetIssue]) {
    let known = folders.values.flatMap(\.self)
    if known == [root] { return }
    var ignored: [DatasetIssue] = []
    let others = ImageFolder.files(below: [root], issues: &ignored, where: Self.isLabelFile)
      .filter { file in !known.contains { FilePath.isInside(file, $0) } }
    guard let first = others.first(where: { JSONKind(of: $0) == .labelMe }) else { return }
    issues.report(
      .orphanedLabels, first,
      "the file lies outside of the folders of the splits "
        + splits.map { "\"\($0)\"" }.joined(separator: ", ")
        + "; it and other label files there are not read.")
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var labels: [String] = []
    // Without requested classes, all files are read, so that every split has the same class list.
    for other in splits where other != split && classNames == nil {
      var ignored: [DatasetIssue] = []
      let paths = try files(of: other, issues: &ignored, where: Self.isLabelFile)
      labels += read(paths, reading, segmentations: false).flatMap(\.labels.classes.names)
    }
    var data = ParsedDataset()
    if split == splits.first { reportOthers(&data.issues) }
    let paths = try files(of: split, issues: &data.issues) {
      Self.isLabelFile($0) || FilePath.isAnyImage($0)
    }
    let files = read(paths.filter(Self.isLabelFile), reading, segmentations: reading.segmentations)
    labels += files.flatMap(\.labels.classes.names)
    let classes = try ClassList.complete(in: root, with: labels)
    data.classNames = classes.names
    for (_, file) in files { data.unread.add(file.unread) }
    var labeled: Set<String> = []
    var locators: [String: ImageLocator] = [:]
    for (path, file) in files where file.state != .absent {
      let image =
        file.state == .unreadable
        ? Self.imageBeside(path)
        : imagePath(of: file, at: path, locators: &locators, issues: &data.issues)
      if file.state == .unreadable || image != nil { data.issues += file.issues }
      guard let image else { continue }
      labeled.insert(image)
      data.images.append(
        ParsedImage(
          imagePath: image, labelPath: path, statedSize: file.statedSize,
          objects: file.objects(in: classes), labels: file.state))
    }
    for image in paths where FilePath.isAnyImage(image) && !labeled.contains(image) {
      data.images.append(
        ParsedImage(
          imagePath: image, labelPath: FilePath.stem(image) + ".json", labels: .absent))
    }
    if labeled.isEmpty, let first = data.images.first, files.isEmpty {
      throw DatasetsError(
        file: root,
        "none of the \(data.images.count) images of the split \"\(split)\" has a label file; the "
          + "first is expected at \(first.labelPath).")
    }
    data.images.sort { $0.imagePath.utf8.lexicographicallyPrecedes($1.imagePath.utf8) }
    return data
  }

  private static func isLabelFile(_ name: String) -> Bool { FilePath.ending(name) == "json" }

  /// The content of the label files at some paths.
  private func read(
    _ paths: [String], _ reading: DatasetReading, segmentations: Bool
  ) -> [(path: String, labels: LabelFile)] {
    let files = labels(at: paths, on: reading.runner) { (bytes, path) throws(DatasetsError) in
      try LabelMeFile(bytes, path: path, countsUnread: reading.keepsSources).labels(
        segmentations: segmentations)
    }
    return zip(paths, files).map { ($0, $1) }
  }

  /// The image of a label file: the one that it names, if that exists in the dataset, or else the
  /// one beside it; nil if the name leads out of the dataset.
  private func imagePath(
    of file: LabelFile, at path: String, locators: inout [String: ImageLocator],
    issues: inout [DatasetIssue]
  ) -> String? {
    let home = FilePath.folder(path)
    guard let name = file.imageName.map({ FilePath.portable($0) }), !name.isEmpty else {
      return Self.imageBeside(path) ?? FilePath.stem(path) + ".jpg"
    }
    let named = FilePath.join(home, name)
    // Some versions of LabelMe wrote the name of the label file.
    if FilePath.ending(name) == "json", let image = Self.imageBeside(path) { return image }
    let stays = FilePath.isInside(named, root) && !name.utf8.contains(0)
    if stays, FileContents.entry(named) == .file { return named }
    let locator = locators[home] ?? ImageLocator(root: home, folders: imageFolders(for: home))
    locators[home] = locator
    if let found = locator.path(of: name) ?? Self.imageBeside(path) { return found }
    if stays { return named }
    issues.report(
      .pathOutside, path,
      "the imagePath \"\(name)\" leads out of the dataset's folder; the image is left out. Names "
        + "are expected relative to the label file.")
    return nil
  }

  /// The folders of images of the label files in a folder: the same one, and those of the same
  /// place below `images` or the dataset's folder; if there is none, these two themselves.
  private func imageFolders(for home: String) -> [String] {
    let parts = FilePath.normalized(home).split(separator: "/", omittingEmptySubsequences: false)
    let depth = ImageFolder.components(of: home, below: root).count
    let places = parts.indices.suffix(depth)
    let images = ["images", nil].flatMap { name in
      places.map { place in
        (parts[..<place] + [name].compactMap(\.self) + parts[(place + 1)...])
          .joined(separator: "/")
      }
    }
    .filter { $0 != FilePath.normalized(root) && FileContents.entry($0) == .folder }
    let isAlone =
      images.allSatisfy { FilePath.isInside(home, $0) }
      && ImageFolder.images(directlyIn: home).isEmpty
    return [home] + images + (isAlone ? [FilePath.join(root, "images"), root] : [])
  }

  /// The image beside a label file with the same stem.
  private static func imageBeside(_ path: String) -> String? {
    let stem = FilePath.stem(path)
    let endings = Codec.allCases.flatMap(\.fileExtensions)
    return (endings + endings.map { $0.uppercased() }).map { stem + "." + $0 }
      .first { FileContents.entry($0) == .file }
  }
}
