import Basics
import Imaging

/// Reads folders of images that are called as the class of all images in them.
///
/// `train/cat/x.jpg`, or `cat/x.jpg` for a dataset that is not split: the layout of torchvision's
/// ImageFolder and of Ultralytics' classification. Inside a class, folders may nest.
struct ClassFolderReader: FormatReader {
  static let appearance = "a folder of images for each class, as in train/cat/"

  let root: String
  private let folders: [String: String]
  let splits: [String]

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    let splits = ImageFolder.splits(in: path)
    return (splits.isEmpty ? [path] : Array(splits.values)).allSatisfy { folder in
      let classes = ImageFolder.folders(in: folder)
      return !ImageFolder.hasImages(folder)
        && classes.contains { ImageFolder.hasImages($0) }
        && !classes.contains { holdsLabels($0) }
    }
  }

  /// Whether a folder is of a format that has label files, and not of images of a class.
  private static func holdsLabels(_ folder: String) -> Bool {
    let name = FilePath.name(folder).lowercased()
    if ["images", "labels", "masks", "annotations", "jpegimages", "imagesets"].contains(name) {
      return true
    }
    return (FileContents.listing(of: folder) ?? []).contains {
      ["txt", "xml", "json"].contains(FilePath.ending($0.name))
    }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    let splits = ImageFolder.splits(in: path)
    folders = splits.isEmpty ? ["train": path] : splits
    self.splits = SplitName.sorted(Set(folders.keys))
    if folders.values.allSatisfy({ ImageFolder.folders(in: $0).isEmpty }) {
      throw DatasetsError(
        file: path, "there are no folders here, though \(Self.appearance) is expected.")
    }
  }

  /// The folders in a folder by the class that they are called as; those that are called as none, or
  /// as one before them, are among the issues.
  private static func classes(
    in folder: String, issues: inout [DatasetIssue]
  ) -> [String: [String]] {
    var classes = Dictionary(grouping: ImageFolder.folders(in: folder, issues: &issues)) {
      ClassList.name(FilePath.name($0))
    }
    for nameless in classes.removeValue(forKey: "") ?? [] {
      issues.append(
        DatasetIssue(
          kind: .layout, file: nameless,
          message: "the name of the folder has only spaces and is no class; what is in it is left "
            + "out."))
    }
    for (name, folders) in classes.sorted(by: { $0.key < $1.key }) {
      for other in folders.dropFirst() {
        issues.append(
          DatasetIssue(
            kind: .duplicateEntry, file: other,
            message:
              "the class \"\(name)\" has another folder, \(folders[0]); both are used as one "
              + "class."))
      }
    }
    return classes
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    guard let folder = folders[split] else {
      throw DatasetsError(file: root, "there is no split \"\(split)\".")
    }
    // A class may have no images in one of the splits, and has its place all the same.
    let names = ClassList.complete(
      try ClassList.listed(in: root),
      with: Set(
        folders.values.flatMap {
          var ignored: [DatasetIssue] = []
          return Self.classes(in: $0, issues: &ignored).keys
        }))
    var data = ParsedDataset(classNames: names, images: [], issues: [])
    let places = Self.classes(in: folder, issues: &data.issues)
    for (index, name) in names.enumerated() {
      for place in places[name] ?? [] {
        for image in ImageFolder.files(
          below: [place], issues: &data.issues, where: FilePath.isImage)
        {
          data.images.append(
            ParsedImage(imagePath: image, labelPath: image, objects: [], imageClass: index))
        }
      }
    }
    for stray in ImageFolder.images(directlyIn: folder).sorted(by: FileContents.isBefore) {
      data.issues.append(
        DatasetIssue(
          kind: .layout, file: stray,
          message: "the image lies in no class's folder; ignored."))
    }
    return data
  }
}
