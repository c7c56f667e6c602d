import Basics
import Imaging

/// The locations of images in a YOLO dataset of plain folders.
enum YOLOLayout {
  /// The image folder of each split: `train/images`, `images/train`, or `train` with the label files
  /// beside the images. Without splits, everything is `train`. Empty if no label files are found.
  static func splits(in root: String) -> [String: String] {
    let places = (SplitName.usual + [SplitName.unnamed]).flatMap { split in
      SplitName.spellings(split).flatMap { name in
        imageFolders.flatMap { ["\(name)/\($0)", "\($0)/\(name)"] } + [name]
      }.map { (name: split, value: $0) }
    }
    let found = places.filter { holdsLabels(of: FilePath.join(root, $0.value), in: root) }
    if !found.isEmpty {
      return SplitName.canonical(found).mapValues { FilePath.join(root, $0) }
    }
    // Subfolders of any other name may be datasets of their own.
    let whole =
      imageFolders.map { FilePath.join(root, $0) }
      .first { holdsLabels(of: $0, in: root) }
      ?? (holdsLabels(of: root, in: root, isDeep: false) ? root : nil)
    return whole.map { ["train": $0] } ?? [:]
  }

  /// The image folder that a split without an entry in the description has by its name.
  static func folder(of split: String, in root: String) -> String? {
    let names = SplitName.spellings(split).flatMap { name in
      imageFolders.flatMap { ["\(name)/\($0)", "\($0)/\(name)"] }
    }
    return ImageFolder.folder(names, in: root)
  }

  /// The class names in the root folder or, as labelImg and Roboflow write them, beside the labels;
  /// nil if there are none.
  static func classNames(
    in root: String, folders: [String]
  ) throws(DatasetsError) -> [String]? {
    if let names = try ClassList.listed(in: root, isNumbered: true) { return names }
    var found: [(folder: String, names: [String])] = []
    for folder in folders {
      var locator = YOLOLabelLocator(bases: [root])
      for place in locator.labelFolders(of: folder) {
        if let names = try ClassList.listed(in: place, isNumbered: true) {
          found.append((place, names))
        }
      }
    }
    guard let first = found.first else { return nil }
    if let other = found.first(where: { $0.names != first.names }) {
      throw DatasetsError(
        file: root,
        "the class lists in \(first.folder) and \(other.folder) differ; put one classes.txt here.")
    }
    return first.names
  }

  private static let imageFolders = ["images", "Images", "IMAGES"]

  /// Whether images in a folder or, if `isDeep`, below it have label files. A few images are enough:
  /// the images of a folder have the same layout.
  private static func holdsLabels(
    of folder: String, in root: String, isDeep: Bool = true
  ) -> Bool {
    guard FileContents.entry(folder) == .folder else { return false }
    var locator = YOLOLabelLocator(bases: [root])
    let images = isDeep ? firstImages(below: folder) : ImageFolder.images(directlyIn: folder)
    let hasLabel = images.prefix(1000).contains { image in
      let label = locator.label(of: image)
      return label.exists && isLabelFile(label.path)
    }
    return hasLabel
      || Set(images.map { FilePath.folder($0) }).contains { locator.hasLabelFolder(of: $0) }
  }

  private static func firstImages(below folder: String) -> [String] {
    var images: [String] = []
    for case .file(let path) in FolderWalk([folder], links: .followOnce)
    where FilePath.isAnyImage(path) {
      images.append(FilePath.normalized(path))
      if images.count == 1000 { break }
    }
    return images
  }

  /// Whether a text file holds rows of numbers, as label files do, or is empty.
  private static func isLabelFile(_ path: String) -> Bool {
    guard let head = try? FileContents.read(path, prefix: 4096, limit: FileContents.textLimit),
      let line = head.bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).first
    else { return true }
    let fields = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
    return fields.count >= 5 && fields.allSatisfy { NumberFormat.number($0) != nil }
  }

  /// The label folder beside an image folder with that name; nil for other folders.
  ///
  /// Source: Ultralytics' `img2label_paths`, and `replace_image_to_label` of Darknet for VOC.
  static func labelFolder(beside name: Substring) -> String? {
    switch name {
    case "images", "JPEGImages": "labels"
    case "Images": "Labels"
    case "IMAGES": "LABELS"
    default: nil
    }
  }

  /// Whether a text file in a folder of labels is a list or a note rather than the labels of an
  /// image.
  static func isList(_ name: String) -> Bool {
    let stem = FilePath.stem(name).lowercased()
    return ["classes", "labels", "predefined_classes"].contains(stem)
      || SplitName.usualName(stem) != nil || stem.hasPrefix("readme")
  }
}
