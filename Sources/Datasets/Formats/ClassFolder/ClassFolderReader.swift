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
  var splits: [String] { SplitName.sorted(folders.keys) }

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    return ImageFolder.splitsOrAll(in: path).values.allSatisfy { folder in
      let classes = ImageFolder.folders(in: folder).paths
      return ImageFolder.images(directlyIn: folder).isEmpty
        && classes.contains { !ImageFolder.images(directlyIn: $0).isEmpty }
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
    folders = ImageFolder.splitsOrAll(in: path)
    if folders.values.allSatisfy({ ImageFolder.folders(in: $0).paths.isEmpty }) {
      throw DatasetsError(
        file: path, "there are no folders here, though \(Self.appearance) is expected.")
    }
  }

  /// The folders in a folder by the class that they are called as; those that are called as none, or
  /// as one before them, are among the issues.
  private static func classes(
    in folder: String
  ) -> (folders: [String: [String]], issues: [DatasetIssue]) {
    var (paths, issues) = ImageFolder.folders(in: folder)
    var classes = Dictionary(grouping: paths) { ClassList.name(FilePath.name($0)) }
    for nameless in classes.removeValue(forKey: "") ?? [] {
      issues.report(
        .layout, nameless,
        "the name of the folder has only spaces and is no class; what is in it is left out.")
    }
    for (name, folders) in classes.sorted(by: { $0.key < $1.key }) {
      for other in folders.dropFirst() {
        issues.report(
          .duplicateEntry, other,
          "the class \"\(name)\" has another folder, \(folders[0]); both are used as one class.")
      }
    }
    return (classes, issues)
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    let folder = folders[split] ?? root
    // A class may have no images in one of the splits, and has its place all the same.
    let occurring = folders.values.flatMap { Self.classes(in: $0).folders.keys }
    let names = try ClassList.complete(in: root, with: occurring).names
    let (places, issues) = Self.classes(in: folder)
    var data = ParsedDataset(classNames: names, issues: issues)
    for (index, name) in names.enumerated() {
      for place in places[name] ?? [] {
        let images = ImageFolder.files(
          below: [place], issues: &data.issues, where: FilePath.isImage)
        data.images += images.map {
          ParsedImage(imagePath: $0, labelPath: $0, imageClass: index)
        }
      }
    }
    for stray in ImageFolder.images(directlyIn: folder).sorted(by: FileContents.isBefore) {
      data.issues.report(.layout, stray, "the image lies in no class's folder; ignored.")
    }
    return data
  }
}
