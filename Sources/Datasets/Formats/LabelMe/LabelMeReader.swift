import Basics
import Imaging

/// Reads LabelMe folders: a JSON file with shapes beside each image.
///
/// The folders `train`, `val` and `test` are splits, if they exist; they may have subfolders.
/// Shapes with the same group and label are one object. Source: github.com/wkentaro/labelme.
struct LabelMeReader: FormatReader {
  static let appearance = "a folder with images and a .json of \"shapes\" beside each"

  let root: String
  private let folders: [String: String]
  var splits: [String] { SplitName.sorted(folders.keys) }

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    // The label files are beside the images or in a folder of their own, or in split folders.
    let folders = ImageFolder.folders(in: path).paths.prefix(100)
    let inner = folders.prefix(20).flatMap { ImageFolder.folders(in: $0).paths.prefix(20) }
    return ([path] + folders + inner).contains { folder in
      // A few files are enough: the files of a folder have the same format.
      (FileContents.listing(of: folder) ?? []).map(\.name).filter { FilePath.ending($0) == "json" }
        .sorted(by: FileContents.isBefore).prefix(3).contains {
          JSONKind(of: FilePath.join(folder, $0)) == .labelMe
        }
    }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    guard FileContents.entry(path) == .folder else {
      throw DatasetsError(
        file: path, "a LabelMe dataset is \(Self.appearance), but this is not a folder.")
    }
    folders = ImageFolder.splitsOrAll(in: path)
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var labels: [String] = []
    // Without requested classes, all files are read, so that every split has the same class list.
    for (other, folder) in folders where other != split && classNames == nil {
      var ignored: [DatasetIssue] = []
      let paths = try ImageFolder.files(below: folder, issues: &ignored, where: Self.isLabelFile)
      labels += read(paths, reading, segmentations: false).flatMap(\.labels.classes.names)
    }
    var data = ParsedDataset()
    let paths = try ImageFolder.files(below: folders[split] ?? root, issues: &data.issues) {
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

  /// The folders of images of the label files in a folder: the same one, or that of the same place
  /// below `images`.
  private func imageFolders(for home: String) -> [String] {
    let parts = FilePath.normalized(home).split(separator: "/", omittingEmptySubsequences: false)
    let depth =
      parts.count
      - FilePath.normalized(root).split(
        separator: "/", omittingEmptySubsequences: false
      ).count
    let places = depth > 0 ? parts.indices.suffix(depth) : []
    let images = places.map { place in
      (parts[..<place] + ["images"] + parts[(place + 1)...]).joined(separator: "/")
    }
    return [home] + images + (depth > 0 ? [] : [FilePath.join(home, "images")])
  }

  /// The image beside a label file with the same stem.
  private static func imageBeside(_ path: String) -> String? {
    let stem = FilePath.stem(path)
    let endings = Codec.allCases.flatMap(\.fileExtensions)
    return (endings + endings.map { $0.uppercased() }).map { stem + "." + $0 }
      .first { FileContents.entry($0) == .file }
  }
}
