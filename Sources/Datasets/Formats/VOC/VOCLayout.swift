import Basics
import Imaging

/// The folders of annotation files and images of a Pascal VOC dataset.
///
/// Found by their files: XML files are in `Annotations/` or a folder like it, or beside the images;
/// each split may have folders of its own.
struct VOCLayout {
  /// A folder of annotation files and the folder of their images; both may be the same.
  struct Part {
    /// The split whose folder this is; nil for a part of the whole dataset.
    var split: String?
    let annotations: String
    let images: String
  }

  let parts: [Part]

  /// Finds the parts of a dataset; none if there are no annotation files.
  init(root: String) {
    guard FileContents.entry(root) == .folder else {
      parts = []
      return
    }
    if let whole = Self.part(in: root) {
      parts = [whole]
      return
    }
    let splits = SplitName.canonical(
      ImageFolder.folders(in: root).paths.compactMap { folder in
        let name = FilePath.name(folder)
        return SplitName.isSplit(name) ? Self.part(in: folder).map { (name, $0) } : nil
      })
    if !splits.isEmpty {
      parts = SplitName.sorted(splits.keys).compactMap { split in
        splits[split].map { Part(split: split, annotations: $0.annotations, images: $0.images) }
      }
      return
    }
    // Annotation files in folders of any name: in one of their own, or beside the images.
    let folders = ImageFolder.folders(in: root).paths
    let annotated = folders.filter { Self.holdsAnnotations(directlyIn: $0) }
    if annotated.isEmpty {
      parts = []
    } else if annotated.count == 1, ImageFolder.images(directlyIn: annotated[0]).isEmpty,
      case let pictured = folders.filter({ Self.holdsImages(below: $0) }), pictured.count == 1
    {
      parts = [Part(annotations: annotated[0], images: pictured[0])]
    } else {
      parts = [Part(annotations: root, images: root)]
    }
  }

  /// Whether a folder holds annotation files and images.
  static func isPart(_ folder: String) -> Bool { part(in: folder) != nil }

  /// The folders directly in one folder.
  private static func part(in folder: String) -> Part? {
    let images = ImageFolder.folders(
      named: ["jpegimages"] + ImageFolder.imageNames, in: folder
    ).first
    let annotations =
      ImageFolder.folders(named: ImageFolder.labelNames, in: folder).first {
        holdsAnnotations(below: $0, trusted: FilePath.name($0).lowercased() == "annotations")
      } ?? images.flatMap { otherAnnotations(beside: $0, in: folder) }
    if let annotations {
      if let images { return Part(annotations: annotations, images: images) }
      let isBeside = holdsImages(below: annotations)
      return Part(annotations: annotations, images: isBeside ? annotations : folder)
    }
    guard holdsAnnotations(directlyIn: folder) else { return nil }
    let isBeside = !ImageFolder.images(directlyIn: folder).isEmpty
    return Part(annotations: folder, images: isBeside ? folder : images ?? folder)
  }

  /// The only other folder beside an image folder that holds annotation files.
  private static func otherAnnotations(beside images: String, in folder: String) -> String? {
    let folders = ImageFolder.folders(in: folder).paths.prefix(maximumFolders).filter {
      $0 != images && !ImageFolder.labelNames.contains(FilePath.name($0).lowercased())
        && holdsAnnotations(below: $0)
    }
    return folders.count == 1 ? folders[0] : nil
  }

  /// Folders with more subfolders are no image folder and annotation folder.
  private static let maximumFolders = 20

  private static func holdsAnnotations(directlyIn folder: String) -> Bool {
    ImageFolder.files(directlyIn: folder, endings: "xml").prefix(3).contains(where: isAnnotation)
  }

  /// Whether one of the first XML files below a folder is an annotation; with `trusted`, whether
  /// there is an XML file.
  private static func holdsAnnotations(below folder: String, trusted: Bool = false) -> Bool {
    func isXML(_ path: String) -> Bool { FilePath.ending(path) == "xml" }
    let files = ImageFolder.walk(folder)
    return trusted
      ? files.contains(where: isXML)
      : files.prefix(1000).filter(isXML).prefix(3).contains(where: isAnnotation)
  }

  private static func holdsImages(below folder: String) -> Bool {
    ImageFolder.walk(folder).contains(where: FilePath.isAnyImage)
  }

  /// Whether the first element of an XML file is `annotation`.
  private static func isAnnotation(_ path: String) -> Bool {
    guard let head = try? FileContents.read(path, prefix: 4096, limit: FileContents.textLimit)
    else { return false }
    // UTF-16 has a zero byte in each character of a name.
    let text = String(decoding: head.bytes.filter { $0 != 0 }, as: UTF8.self)
    guard let start = text.firstRange(of: "<annotation") else { return false }
    return text[start.upperBound...].first.map { !$0.isLetter } ?? true
  }
}
