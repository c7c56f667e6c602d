import Basics
import Imaging

/// Reads image-classification datasets: one folder of images per class, named like the class.
///
/// `train/cat/x.jpg`, or `cat/x.jpg` for a dataset without splits: the layout of torchvision's
/// ImageFolder and of Ultralytics' classification datasets. Class folders may have subfolders.
struct ClassFolderReader: FormatReader {
  static let appearance = "one folder of images per class, as in train/cat/"

  let root: String
  private let folders: [String: String]
  var splits: [String] { SplitName.sorted(folders.keys) }

  static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    return ImageFolder.splitsOrAll(in: path).values.allSatisfy { folder in
      let classes = ImageFolder.folders(in: folder).paths
      // One folder with an ordinary name beside a list of labels is no class.
      let isListed =
        classes.count == 1
        && !ImageFolder.files(directlyIn: folder, endings: "json", "xml", "csv", "jsonl").isEmpty
      return ImageFolder.images(directlyIn: folder).isEmpty && !isListed
        && classes.contains { !ImageFolder.images(directlyIn: $0).isEmpty }
        && !classes.contains { holdsLabels($0) }
    }
  }

  /// Whether a folder belongs to a format with label files rather than holding images of a class.
  private static func holdsLabels(_ folder: String) -> Bool {
    let name = FilePath.name(folder).lowercased()
    if [
      "images", "labels", "masks", "annotations", "annots", "xmls", "jpegimages", "imagesets",
    ].contains(name) {
      return true
    }
    return !ImageFolder.files(directlyIn: folder, endings: "txt", "xml", "json").isEmpty
  }

  init(path: String) throws(DatasetsError) {
    root = path
    try ImageFolder.checkSplits(in: path)
    folders = ImageFolder.splitsOrAll(in: path)
    if folders.values.allSatisfy({ ImageFolder.folders(in: $0).paths.isEmpty }) {
      throw DatasetsError(
        file: path, "no folders were found; \(Self.appearance) is expected.")
    }
  }

  /// The class folders in a folder, by class name. Blank folder names, and several folders of the
  /// same class, are reported as issues.
  private static func classes(
    in folder: String
  ) -> (folders: [String: [String]], issues: [DatasetIssue]) {
    var (all, issues) = ImageFolder.folders(in: folder)
    // Such as lost+found of a disk: not a class.
    let closed = Set(all.filter { !FileContents.isListable($0) })
    for path in all where closed.contains(path) {
      issues.report(.layout, path, "the folder cannot be listed; its content is ignored.")
    }
    let paths = all.filter { !closed.contains($0) }
    var classes = Dictionary(grouping: paths) { ClassList.name(FilePath.name($0)) }
    for nameless in classes.removeValue(forKey: "") ?? [] {
      issues.report(
        .layout, nameless,
        "the folder's name is blank and cannot be a class; its images are ignored.")
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
    // A class without images in one split keeps its index.
    let occurring = folders.values.flatMap { Self.classes(in: $0).folders.keys }
    let names = try ClassList.complete(in: root, with: occurring).names
    let (places, issues) = Self.classes(in: folder)
    var data = ParsedDataset(classNames: names, issues: issues)
    for (index, name) in names.enumerated() {
      for place in places[name] ?? [] {
        let images = ImageFolder.files(
          below: [place], issues: &data.issues, where: FilePath.isAnyImage)
        data.images += images.map {
          ParsedImage(imagePath: $0, labelPath: $0, imageClass: index)
        }
      }
    }
    for stray in ImageFolder.images(directlyIn: folder).sorted(by: FileContents.isBefore) {
      data.issues.report(.layout, stray, "the image is in no class folder; ignored.")
    }
    return data
  }
}
