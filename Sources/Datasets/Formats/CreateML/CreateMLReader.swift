import Basics
import Imaging

/// Reads CreateML annotation files: a single file, or a folder with one file per split.
///
/// A file is a list of images, `[{"image": name, "annotations": [{"label": class, "coordinates":
/// {"x", "y", "width", "height"}}]}]`, with box centers and sizes in pixels. Supports a file beside
/// its images, and Roboflow's `train/_annotations.createml.json`. Source: "Building an object
/// detector data source" in Apple's documentation of Create ML.
struct CreateMLReader: FormatReader {
  static let appearance =
    "an annotation file .json that is a list of images, or a folder with "
    + "train/_annotations.createml.json"

  private static let usualName = "_annotations.createml.json"

  let root: String
  /// The annotation file of each split.
  private let files: [String: String]
  var splits: [String] { SplitName.sorted(files.keys) }

  static func recognizes(_ path: String) -> Bool {
    switch FileContents.entry(path) {
    case .nothing: false
    case .file: FilePath.ending(path) == "json" && JSONKind(of: path) == .createML
    case .folder: !annotationFiles(in: path).isEmpty
    }
  }

  static func evidence(in path: String) -> [String] {
    FileContents.entry(path) == .folder ? annotationFiles(in: path).values.sorted() : [path]
  }

  init(path: String) throws(DatasetsError) {
    if FileContents.entry(path) == .file {
      root = FilePath.folder(path)
      let home = FilePath.name(FileContents.absolute(root))
      files = [Self.split(of: path) ?? SplitName.usualName(home) ?? "train": path]
    } else {
      root = path
      try ImageFolder.checkSplits(in: path) { Self.annotationFile(in: $0) != nil }
      files = Self.annotationFiles(in: path)
    }
    if files.isEmpty {
      throw DatasetsError(file: path, "a CreateML dataset is \(Self.appearance).")
    }
  }

  /// The annotation files in the split folders, or in the root folder or its subfolders.
  private static func annotationFiles(in root: String) -> [String: String] {
    let files = ImageFolder.splits(in: root).compactMapValues(annotationFile)
    if !files.isEmpty { return files }
    // train.json and val.json, in the root folder or in one for annotation files.
    for folder in [root] + ImageFolder.folders(in: root).paths.prefix(100) {
      if let file = annotationFile(in: folder) { return [split(of: file) ?? "train": file] }
      let splits = labelFiles(in: folder).compactMap { file in
        split(of: file).map { (name: $0, value: file) }
      }
      if !splits.isEmpty { return SplitName.canonical(splits) }
    }
    return [:]
  }

  /// The split that a file is named like.
  private static func split(of file: String) -> String? {
    SplitName.usualName(FilePath.name(FilePath.stem(file)))
  }

  /// The annotation file in an image folder; nil unless there is exactly one.
  private static func annotationFile(in folder: String) -> String? {
    let path = FilePath.join(folder, usualName)
    if FileContents.entry(path) == .file { return path }
    let files = labelFiles(in: folder)
    return files.count == 1 ? files[0] : nil
  }

  /// The CreateML files in a folder. A folder of many JSON files has one per image, which is another
  /// format.
  private static func labelFiles(in folder: String) -> [String] {
    let files = ImageFolder.files(directlyIn: folder, endings: "json")
      .filter { !COCOLayout.isUsual(FilePath.name($0)) }
    return files.count <= 20 ? files.filter { JSONKind(of: $0) == .createML } : []
  }

  var listsAllImages: Bool { listsBeside(Array(files.values)).isEmpty }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var read: [String: CreateMLFile] = [:]
    // Without requested classes, all files are read, so that every split has the same class list.
    for (name, path) in files where name == split || classNames == nil {
      read[name] = try CreateMLFile(path, countsUnread: reading.keepsSources)
    }
    guard let path = files[split], let file = read[split] else { throw noSplit(split, at: root) }
    let labels = read.values.flatMap(\.images).flatMap(\.labels.classes.names)
    let classes = try ClassList.complete(in: root, with: labels)
    let home = FilePath.folder(path)
    let locator = ImageLocator(
      root: home,
      folders: [
        "", "images", "data", "..", "../images", "../data", "../" + split, "../images/" + split,
      ]
      .map { FilePath.join(home, $0) }.filter { FilePath.isInside($0, root) })
    var data = ParsedDataset(
      classNames: classes.names, conventions: BoxConventions(.centerAndSize), unread: file.unread,
      issues: file.issues)
    let places = locator.places(of: file.images.map { $0.labels.imageName ?? "" })
    for ((image, line), place) in zip(file.images, places) {
      let name = image.imageName ?? ""
      guard let place else {
        data.issues.report(
          .pathOutside, path, line: line,
          "the image \"\(name)\" leads out of the dataset's folder; it is ignored. Names are "
            + "expected relative to the annotation file.")
        continue
      }
      data.images.append(
        ParsedImage(
          imagePath: place, labelPath: path, objects: image.objects(in: classes)))
    }
    return data
  }
}
