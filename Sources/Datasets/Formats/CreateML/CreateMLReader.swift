import Basics
import Imaging

/// Reads CreateML's annotation files: one of them, or a folder that has one for each split.
///
/// A list of images, `[{"image": name, "annotations": [{"label": class, "coordinates":
/// {"x", "y", "width", "height"}}]}]`, the center and size of boxes in pixels. Understood are a file
/// beside its images, and Roboflow's `train/_annotations.createml.json`. Source: "Building an
/// object detector data source" in Apple's documentation of Create ML.
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

  /// The annotation files in the folders of the splits, or in the folder itself.
  private static func annotationFiles(in root: String) -> [String: String] {
    let files = ImageFolder.splits(in: root).compactMapValues(annotationFile)
    return files.isEmpty ? annotationFile(in: root).map { ["train": $0] } ?? [:] : files
  }

  /// The one annotation file among the images of a folder.
  private static func annotationFile(in folder: String) -> String? {
    let names = (FileContents.listing(of: folder) ?? []).map(\.name)
      .filter { FilePath.ending($0) == "json" }
    if names.contains(usualName) { return FilePath.join(folder, usualName) }
    // Folders with a file per image are another format's; not all of them are read.
    guard names.count == 1 else { return nil }
    let path = FilePath.join(folder, names[0])
    return JSONKind(of: path) == .createML ? path : nil
  }

  var listsAllImages: Bool { listsBeside(Array(files.values)).isEmpty }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var read: [String: CreateMLFile] = [:]
    // Without given classes all files are read, so that every split has the same classes.
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
    var data = ParsedDataset(classNames: classes.names, issues: file.issues)
    for (image, line) in file.images {
      let name = image.imageName ?? ""
      guard ImageLocator.staysInside(name) else {
        data.issues.report(
          .pathOutside, path, line: line,
          "the image \"\(name)\" leads out of the dataset's folder; it is left out. Names are "
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
