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

  init(path: String) throws(DatasetsError) {
    if FileContents.entry(path) == .file {
      root = FilePath.folder(path)
      files = [SplitName.usualName(FilePath.name(root)) ?? "train": path]
    } else {
      root = path
      files = Self.annotationFiles(in: path)
    }
    if files.isEmpty {
      throw DatasetsError(file: path, "a CreateML dataset is \(Self.appearance).")
    }
  }

  /// The annotation files in the split folders, or in the root folder.
  private static func annotationFiles(in root: String) -> [String: String] {
    let files = ImageFolder.splits(in: root).compactMapValues(annotationFile)
    return files.isEmpty ? annotationFile(in: root).map { ["train": $0] } ?? [:] : files
  }

  /// The annotation file in an image folder; nil unless there is exactly one.
  private static func annotationFile(in folder: String) -> String? {
    let names = (FileContents.listing(of: folder) ?? []).map(\.name)
      .filter { FilePath.ending($0) == "json" }
    if names.contains(usualName) { return FilePath.join(folder, usualName) }
    // A folder with one JSON file per image has another format; not all files are read.
    guard names.count == 1 else { return nil }
    let path = FilePath.join(folder, names[0])
    return JSONKind(of: path) == .createML ? path : nil
  }

  var listsAllImages: Bool { listsBeside(Array(files.values)).isEmpty }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var read: [String: CreateMLFile] = [:]
    // Without requested classes, all files are read, so that every split has the same class list.
    for (name, path) in files where name == split || classNames == nil {
      read[name] = try CreateMLFile(path)
    }
    guard let path = files[split], let file = read[split] else { throw noSplit(split, at: root) }
    let labels = read.values.flatMap(\.images).flatMap(\.labels.classes.names)
    let classes = try ClassList.complete(in: root, with: labels)
    let home = FilePath.folder(path)
    let locator = ImageLocator(
      root: home,
      folders: [home, FilePath.join(home, "images"), FilePath.join(home, "..")]
        .filter { FilePath.isInside($0, root) })
    var data = ParsedDataset(
      classNames: classes.names, boxLayout: .centerAndSize, issues: file.issues)
    for (image, line) in file.images {
      let name = image.imageName ?? ""
      guard ImageLocator.staysInside(name) else {
        data.issues.report(
          .pathOutside, path, line: line,
          "the image \"\(name)\" leads out of the dataset's folder; it is ignored. Names are "
            + "expected relative to the annotation file.")
        continue
      }
      data.images.append(
        ParsedImage(
          imagePath: locator.place(of: name), labelPath: path, objects: image.objects(in: classes)))
    }
    return data
  }
}
